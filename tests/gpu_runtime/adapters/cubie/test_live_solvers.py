"""Live CuBIE solvers with Warpack's layouts, in CuBIE's simulator and a process of their own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from warpack.gpu_runtime.adapters.cubie.cases import CASES, SHORT
from warpack.gpu_runtime.adapters.cubie.proof import Outcome, prove, simulator_environment

_MISSING = "CuBIE is not installed: the extra `cubie` has it, and `make test` installs it"
pytestmark = [pytest.mark.slow, pytest.mark.skipif(find_spec("cubie") is None, reason=_MISSING)]
Scenes = dict[str, dict[str, Any]]


@pytest.fixture(scope="module")
def scenes(tmp_path_factory: pytest.TempPathFactory) -> Scenes:
    """Every scenario of tests/helpers/cubie_scenarios.py: importing CuBIE takes longer than all of them."""
    folder = tmp_path_factory.mktemp("cubie")
    ran = subprocess.run(
        [sys.executable, "-m", "tests.helpers.cubie_scenarios"],
        cwd=folder,
        env=os.environ | simulator_environment(str(folder)),
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    found: Scenes = {}
    for line in ran.stdout.splitlines():
        if line.startswith("{"):
            found |= json.loads(line)
    return found


@pytest.fixture(scope="module")
def outcomes() -> dict[str, Outcome]:
    return {outcome.algorithm: outcome for outcome in prove(SHORT)}


@pytest.mark.parametrize("algorithm", [case.algorithm for case in SHORT])
def test_trajectories_are_the_same_bit_for_bit_in_poisoned_memory(algorithm: str, outcomes: dict[str, Outcome]) -> None:
    assert outcomes[algorithm].finite
    assert outcomes[algorithm].identical


@pytest.mark.parametrize("algorithm", [case.algorithm for case in SHORT])
def test_two_live_buffers_forced_together_change_the_trajectories(algorithm: str, outcomes: dict[str, Outcome]) -> None:
    assert outcomes[algorithm].control_differs, outcomes[algorithm].control


def test_the_layouts_take_fewer_bytes_and_allow_more_threads(outcomes: dict[str, Outcome]) -> None:
    assert all(outcome.stride_bytes < outcome.own_stride_bytes for outcome in outcomes.values())
    assert all(outcome.threads > outcome.own_threads for outcome in outcomes.values())


def test_the_full_proof_covers_twelve_algorithms_of_all_six_families() -> None:
    assert len({case.algorithm for case in CASES}) >= 12
    assert {case.family for case in CASES} == {
        "ERK",
        "DIRK",
        "FIRK",
        "Rosenbrock",
        "backwards Euler",
        "Crank-Nicolson",
    }


def test_a_solver_computes_the_same_inside_and_after_the_block(scenes: Scenes) -> None:
    assert scenes["installing"]["same"]


def test_a_solver_launches_with_the_threads_and_bytes_of_the_layout(scenes: Scenes) -> None:
    scene = scenes["installing"]
    assert scene["launch"] == [scene["threads"], scene["threads"] * scene["stride_bytes"]]
    assert scene["explicit"] == [32, 32 * scene["stride_bytes"]]


def test_the_key_of_the_compiled_kernel_names_the_layout_and_is_restored(scenes: Scenes) -> None:
    before, inside, after = (scenes["installing"][key] for key in ("before", "inside", "after"))
    assert before == after
    assert before[0] != inside[0]
    assert inside[1] == scenes["installing"]["stride_bytes"] < before[1]


def test_other_solvers_are_left_alone_and_may_have_layouts_of_their_own(scenes: Scenes) -> None:
    assert scenes["installing"]["untouched"]
    assert scenes["installing"]["together"]


def test_a_second_layout_in_one_solver_is_refused(scenes: Scenes) -> None:
    kind, message = scenes["installing"]["twice"]
    assert kind == "LayoutRefusedError"
    assert "installed already" in message


def test_a_copy_of_a_solver_has_cubies_own_layout(scenes: Scenes) -> None:
    assert scenes["installing"]["copied"]


def test_the_registry_gets_its_own_method_back(scenes: Scenes) -> None:
    assert scenes["installing"]["hooked"]
    assert scenes["installing"]["unhooked"]


def test_an_update_that_leaves_the_buffers_keeps_the_layout(scenes: Scenes) -> None:
    assert scenes["updating"]["kept"]
    assert scenes["updating"]["inside"]


def test_an_update_that_changes_the_buffers_says_which_and_gives_cubies_layout_back(scenes: Scenes) -> None:
    scene = scenes["updating"]
    kind, message = scene["changed"]
    assert kind == "LayoutOutOfDateError"
    assert "loop/algorithm/stage_increment is new" in message
    assert "pack and install anew" in message
    assert not scene["active"]
    assert scene["reverted"]
    assert scene["faults"] == []


def test_an_old_layout_is_refused_by_the_updated_solver(scenes: Scenes) -> None:
    kind, message = scenes["updating"]["old_layout"]
    assert kind == "LayoutRefusedError"
    assert "loop/algorithm/stage_increment is new" in message


def test_parameters_that_a_solve_fixes_are_named_with_their_sizes(scenes: Scenes) -> None:
    kind, message = scenes["fixing_parameters"]["error"]
    assert kind == "LayoutOutOfDateError"
    assert "loop/parameters: size was 2, is 0" in message


def test_a_kernel_is_not_built_from_buffers_that_changed_behind_the_solver(scenes: Scenes) -> None:
    assert scenes["updating_behind_the_solver"]["error"][0] == "LayoutOutOfDateError"


def test_a_solver_may_be_closed_inside_the_block(scenes: Scenes) -> None:
    assert scenes["closing_inside"] == {"active": False, "class": "Solver"}


def test_the_doubled_window_of_backwards_euler_pc_is_found_and_collected_once(scenes: Scenes) -> None:
    scene = scenes["doubled_window"]
    assert scene["faults"] == [["doubled-window", "loop/algorithm/solver_scratch_shared", 72]]
    assert len(scene["warned"]) == 1
    assert "18 shared elements (72 bytes)" in scene["warned"][0]
    assert "loop/algorithm/solver" in scene["components"]
    assert "loop/algorithm/solver_scratch" not in scene["components"]


def test_the_stale_window_after_a_change_of_method_is_found_and_cured(scenes: Scenes) -> None:
    scene = scenes["stale_window"]
    missing = scene["missing_elements"]
    assert missing > 0
    assert scene["faults"] == [["stale-window", "loop/algorithm_shared", 4 * missing]]
    assert f"{missing} elements ({4 * missing} bytes) past the end" in scene["warned"][0]
    assert scene["own"], "CuBIE's own layout was expected to fail in the simulator"
    assert scene["cured"]


def test_a_step_that_is_not_known_runs_with_a_layout_in_which_nothing_is_shared(scenes: Scenes) -> None:
    scene = scenes["unknown_step"]
    assert scene["same"]
    assert scene["shares"] == []
    assert "TheirStep (loop/algorithm)" in scene["warned"][0]
    assert "loop/algorithm/stage_accumulator" in scene["warned"][0]


def test_a_step_that_is_not_known_shares_bytes_by_what_a_trace_of_it_shows(scenes: Scenes) -> None:
    scene = scenes["traced_unknown_step"]
    assert scene["same"]
    assert scene["warned"] == []
    assert scene["run_bytes"] < scene["own_bytes"]
    assert scene["run_bytes"] <= scene["strict_bytes"]


def test_traced_lifetimes_hold_for_the_settings_that_they_were_traced_with(scenes: Scenes) -> None:
    for kind, message in (
        [*scenes["traced_unknown_step"]["changed"]],
        [*scenes["traced_unknown_step"]["refused"]],
    ):
        assert kind in ("LayoutOutOfDateError", "LayoutRefusedError")
        assert "the settings with which its lifetimes were traced" in message


def test_a_trace_in_which_the_solver_does_not_solve_is_refused(scenes: Scenes) -> None:
    kind, message = scenes["traced_unknown_step"]["nothing"]
    assert kind == "UntraceableSolverError"
    assert "did not make this solver solve" in message


def test_lines_that_the_trace_has_not_seen_are_named(scenes: Scenes) -> None:
    assert all(line.rpartition(":")[2].isdigit() for line in scenes["traced_unknown_step"]["never_ran"])


def test_traced_layouts_give_the_same_bits_in_poisoned_memory(scenes: Scenes) -> None:
    scene = scenes["traced_in_poison"]
    assert scene["identical"]
    assert scene["finite"]
    assert scene["control_differs"], scene["control"]
    assert scene["traced"]["run_bytes"] <= scene["traced"]["table_run_bytes"]


def test_a_solver_with_nothing_in_shared_memory_runs_with_its_persistent_array_alone(scenes: Scenes) -> None:
    scene = scenes["nothing_shared"]
    assert scene["same"]
    assert scene["window_bytes"] == 0
    assert scene["persistent_bytes"] > 0


def test_words_between_the_doubles_of_a_window_are_reached(scenes: Scenes) -> None:
    for same, window_bytes, unaligned in scenes["unaligned_words"].values():
        assert same
        assert window_bytes % 8 == 0
        assert unaligned


def test_the_example_of_the_documentation_runs(tmp_path: Path) -> None:
    page = (Path(__file__).resolve().parents[4] / "docs" / "cubie.md").read_text(encoding="utf-8")
    program = page.partition("```python\n")[2].partition("```")[0]
    ran = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", program],
        cwd=tmp_path,
        env=os.environ | simulator_environment(str(tmp_path)),
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    assert "bytes per run become" in ran.stdout
