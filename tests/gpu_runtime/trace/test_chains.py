"""Elements that are added to, again and again, are needed from one time to the next only if somebody reads the sum."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from warpack.gpu_runtime.trace.positions import Position
from warpack.gpu_runtime.trace.record.chains import ChainedContents
from warpack.gpu_runtime.trace.record.elements import READ, WRITE, Usage

SET, ADD_READ, ADD_WRITE, USE, AGAIN_READ, AGAIN_WRITE, LATE = 1, 2, 3, 4, 5, 6, 7
LINES = {SET: 1, ADD_READ: 2, ADD_WRITE: 2, USE: 3, AGAIN_READ: 4, AGAIN_WRITE: 4, LATE: 5}


def stretches(*accesses: tuple[int, int]) -> list[tuple[int, int]]:
    """Of one element, by the times of a program that sets, adds, uses, adds again, and uses or sets in the end."""
    places = [SimpleNamespace(path=(Position("f.py", LINES.get(time, 0), 0),)) for time in range(8)]
    moments: Any = SimpleNamespace(places=places, place_of=list(range(8)), keys=[(time,) for time in range(8)])
    usage = Usage()
    contents = ChainedContents(usage, moments)
    for time, kind in accesses:
        contents.access(0, time, kind)
    contents.end()
    return sorted(usage.stretches)


def test_a_sum_that_is_read_is_needed_from_its_first_addend_on() -> None:
    found = stretches((SET, WRITE), (ADD_READ, READ), (ADD_WRITE, WRITE), (USE, READ))
    assert found == [(SET, ADD_READ), (ADD_WRITE, USE)]


def test_a_sum_that_nobody_reads_is_needed_only_while_it_is_written() -> None:
    found = stretches((SET, WRITE), (ADD_READ, READ), (ADD_WRITE, WRITE), (AGAIN_READ, READ), (AGAIN_WRITE, WRITE))
    assert found == [(SET, SET), (ADD_WRITE, ADD_WRITE), (AGAIN_WRITE, AGAIN_WRITE)]


def test_a_sum_that_is_written_anew_was_added_to_in_vain() -> None:
    found = stretches((SET, WRITE), (ADD_READ, READ), (ADD_WRITE, WRITE), (LATE, WRITE))
    assert found == [(SET, SET), (ADD_WRITE, ADD_WRITE), (LATE, LATE)]


def test_what_is_read_before_more_is_added_in_vain_is_needed_until_then() -> None:
    found = stretches(
        (SET, WRITE), (ADD_READ, READ), (ADD_WRITE, WRITE), (USE, READ), (AGAIN_READ, READ), (AGAIN_WRITE, WRITE)
    )
    assert found == [(SET, ADD_READ), (ADD_WRITE, USE), (AGAIN_WRITE, AGAIN_WRITE)]


def test_a_write_at_another_place_is_no_addition() -> None:
    assert stretches((SET, WRITE), (USE, READ), (LATE, WRITE)) == [(SET, USE), (LATE, LATE)]
