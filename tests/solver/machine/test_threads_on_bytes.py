"""The quick judge against real executions: threads that access one byte under a scheduler, in every order where that
can be."""

from __future__ import annotations

import itertools
from random import Random

import pytest

from tests.helpers.machine.in_place import disturbs_at_equal_offset, steps_that_hold
from tests.helpers.machine.judge import Judge
from tests.helpers.machine.pieces import Piece
from tests.helpers.machine.programs import random_programs
from tests.helpers.machine.trials import tried
from tests.helpers.sweeps import seeds


def _told_by_bytes(judge: Judge, one: Piece, other: Piece) -> bool:
    """Whether bytes can show what the pair is: not the user's words, nor what a proxy fence orders."""
    words = judge.manifest.apart or one.buffer.aliases or other.buffer.aliases
    always = one.buffer.persistent or other.buffer.persistent or one.buffer is other.buffer
    return not (words or always or one.buffer.asynchronous != other.buffer.asynchronous)


@pytest.mark.parametrize("seed", seeds(4))
def test_what_the_judge_calls_safe_no_execution_disturbs(seed: int) -> None:
    for number, (_, manifest) in enumerate(random_programs(seed, 12)):
        judge = Judge(manifest)
        for a, b in itertools.combinations(judge.pieces, 2):
            told = _told_by_bytes(judge, judge.pieces[a], judge.pieces[b])
            if told and not judge.disturbs(a, b):
                assert not tried(judge, a, b, Random(number), 15), (number, a, b)


def test_small_programs_are_told_alike_by_both() -> None:
    """Every disturbance that the judge sees without tracks (there the page speaks of ways, which is wider), an
    execution shows."""
    asked = 0
    for number, (_, manifest) in enumerate(random_programs(17, 120)):
        judge = Judge(manifest)
        if len(judge.program.names) > 6 or manifest.timeline.tracks:
            continue
        for a, b in itertools.combinations(judge.pieces, 2):
            one, other = judge.pieces[a], judge.pieces[b]
            if _told_by_bytes(judge, one, other) and not one.accesses & other.accesses and judge.disturbs(a, b):
                assert tried(judge, a, b, Random(number), 3000), (number, a, b)
                asked += 1
    assert asked > 20


def test_in_place_steps_that_hold_lose_nothing() -> None:
    granted = 0
    for number, (_, manifest) in enumerate(random_programs(5, 400)):
        judge = Judge(manifest)
        for step in manifest.in_place:
            pair = step.read, step.write
            if not set(pair) <= judge.pieces.keys() or not _told_by_bytes(
                judge, *(judge.pieces[name] for name in pair)
            ):
                continue
            if steps_that_hold(judge, *pair) and not disturbs_at_equal_offset(judge, *pair):
                assert not tried(judge, *pair, Random(number), 20, in_place=True), (number, pair)
                granted += 1
    assert granted > 15
