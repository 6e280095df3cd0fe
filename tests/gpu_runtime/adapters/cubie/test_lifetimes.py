"""What lifetimes.json says about a CuBIE step, without CuBIE: the script of a small DIRK step with two stages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from warpack.gpu_runtime.adapters.cubie.liveness import Liveness, find_liveness
from warpack.gpu_runtime.adapters.cubie.script import Access, Moment, Script, UnknownClassError

SIZES = {
    "loop/state": 3,
    "loop/proposed_state": 3,
    "loop/parameters": 1,
    "loop/error": 3,
    "loop/observables": 0,
    "loop/algorithm/accumulator": 3,
    "loop/algorithm/stage_base": 3,
    "loop/algorithm/stage_rhs": 3,
    "loop/algorithm/stage_increment": 3,
    "loop/algorithm/solver/delta": 3,
    "loop/algorithm/solver/linear_solver/lu_factor": 9,
}
CLASSES = {
    "loop": "IVPLoop",
    "loop/algorithm": "DIRKStep",
    "loop/algorithm/solver": "NewtonKrylov",
    "loop/algorithm/solver/linear_solver": "LUSolver",
}
FACTS: dict[str, Any] = {
    "stages": 2,
    "adaptive": True,
    "save_counters": False,
    "drivers": False,
    "keeps_last_stage": False,
    "accumulates_output": False,
    "accumulates_error": True,
    "estimates_error": True,
    "output_row": 1,
    "error_row": None,
    "explicit_first_stage": True,
    "explicit_last_stage": False,
    "last_implicit_stage": 1,
    "reuses_accepted_start": False,
    "caches_jacobian": False,
    "predicts_stages": False,
    "source_stages": [],
    "smooths_error": False,
    "iterative": False,
}


def liveness_with(**changes: Any) -> Liveness:
    script = Script(SIZES, CLASSES, FACTS | changes)
    passed: Mapping[str, list[str]] = {"zero_filled": ["loop/algorithm/stage_increment"]}
    return find_liveness(script.moments(passed))


def phases_of(liveness: Liveness, buffer: str) -> list[tuple[str, str]]:
    return [(liveness.phases[first], liveness.phases[last]) for first, last in liveness.live[buffer]]


def test_a_matrix_of_the_linear_solver_lives_in_its_own_phase_alone() -> None:
    live = phases_of(liveness_with(), "loop/algorithm/solver/linear_solver/lu_factor")
    assert live == [("dirk.s1.nk.lin.solve", "dirk.s1.nk.lin.solve")]


def test_a_stage_lives_from_its_base_to_the_sum_that_takes_it_up() -> None:
    assert phases_of(liveness_with(), "loop/algorithm/stage_base") == [
        ("dirk.s0.base", "dirk.s0.explicit"),
        ("dirk.s1.base", "dirk.s1.accum"),
    ]


def test_a_warm_start_is_carried_from_step_to_step() -> None:
    liveness = liveness_with()
    assert liveness.live["loop/algorithm/stage_increment"] == ((0, len(liveness.phases) - 1),)


def test_a_kept_last_stage_survives_the_end_of_the_step() -> None:
    without = phases_of(liveness_with(), "loop/algorithm/stage_rhs")
    kept = phases_of(liveness_with(keeps_last_stage=True), "loop/algorithm/stage_rhs")
    assert without[-1][1] == "dirk.s1.accum"
    assert kept[-1] == ("dirk.s1.post", "loop.summary")


def test_the_base_of_a_stage_may_be_made_in_place_from_its_row() -> None:
    assert liveness_with().in_place == (("dirk.s1.base", "loop/algorithm/accumulator#0", "loop/algorithm/stage_base"),)


def test_buffers_of_no_elements_are_never_live() -> None:
    assert "loop/observables" not in liveness_with().live


def test_a_step_class_that_is_not_described_is_an_error() -> None:
    with pytest.raises(UnknownClassError, match="NewStep"):
        Script(SIZES, CLASSES | {"loop/algorithm": "NewStep"}, FACTS)


def test_a_write_that_nobody_reads_takes_its_bytes_all_the_same() -> None:
    moments = [
        Moment("init", -1, ()),
        *(Moment(phase, step, accesses) for step in range(3) for phase, accesses in BODY),
    ]
    liveness = find_liveness(moments)
    assert phases_of(liveness, "x") == [("a", "a"), ("c", "c")]


BODY = (
    ("a", (Access("write", "x"),)),
    ("b", ()),
    ("c", (Access("clobber", "x"),)),
    ("d", ()),
)
