"""Generated programs: lifetimes that follow from what is read and written, in valid manifests."""

from __future__ import annotations

import pytest

from benchmarks.instances.liveness import Step, lifetimes
from benchmarks.instances.programs import program
from warpack.solver import optimize, verify
from warpack.solver.flatten import flatten

SEEDS = range(12)


def test_a_buffer_lives_from_its_writing_to_its_last_reading() -> None:
    steps = [Step("a", (), ("x",)), Step("b", ("x",), ("y",)), Step("c", ("x",), ()), Step("d", ("y",), ())]
    assert lifetimes(steps, []) == {"x": [[0, 3]], "y": [[1, 4]]}


def test_a_new_interval_begins_where_old_contents_are_not_wanted() -> None:
    steps = [Step("a", (), ("x",)), Step("b", ("x",), ()), Step("c", (), ("x",)), Step("d", ("x",), ())]
    assert lifetimes(steps, []) == {"x": [[0, 2], [2, 4]]}
    overwritten = [Step("a", (), ("x",)), Step("b", (), ("x",)), Step("c", ("x",), ())]
    assert lifetimes(overwritten, []) == {"x": [[0, 1], [1, 3]]}


def test_what_the_next_trip_reads_lives_to_the_end_of_the_loop_and_at_its_start() -> None:
    steps = [Step("a", (), ("x",)), Step("b", ("x",), ()), Step("c", (), ()), Step("d", (), ("x",)), Step("e", (), ())]
    assert lifetimes(steps, [(1, 5)]) == {"x": [[0, 2], [3, 5]]}
    assert lifetimes(steps, []) == {"x": [[0, 2], [3, 4]]}


@pytest.mark.parametrize("seed", SEEDS)
def test_a_program_is_a_valid_manifest_of_60_to_120_buffers(seed: int) -> None:
    manifest = program(seed).manifest(1.0)
    assert 60 <= len(manifest.buffers) <= 120
    assert max(component.path.count("/") for component in manifest.components) >= 2
    assert any(len(buffer.parts) > 1 for buffer in manifest.buffers)
    assert manifest.timeline.loops
    assert manifest.timeline.barriers
    assert program(seed) == program(seed)


@pytest.mark.parametrize("seed", SEEDS)
def test_every_in_place_pair_of_a_program_has_effect(seed: int) -> None:
    manifest = program(seed).manifest(1.0)
    assert manifest.in_place
    assert [warning for warning in flatten(manifest).warnings if warning.type == "in_place_no_effect"] == []


def test_a_program_is_solved_and_verified() -> None:
    manifest = program(4).manifest(5.0)
    layout = optimize(manifest)
    assert layout.status == "optimal"
    assert verify(manifest, layout).passed
