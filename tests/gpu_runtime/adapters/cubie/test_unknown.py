"""What is not known counts as live in every phase, and is named."""

from __future__ import annotations

from tests.gpu_runtime.adapters.cubie.registrations import buffer, collected, components, integrator, local
from warpack.gpu_runtime.adapters.cubie.lifetimes import find_lifetimes
from warpack.gpu_runtime.adapters.cubie.pack import pack_collected
from warpack.gpu_runtime.adapters.cubie.registry import RegisteredComponent

STATE = buffer("loop", "state", 4)
PROPOSED = buffer("loop", "proposed_state", 4)
FLAG = buffer("loop", "accept_step", 1, "int32")


def test_known_buffers_share_and_are_not_named() -> None:
    found = collected(components(STATE, PROPOSED, FLAG))
    assert found.unknown == ()
    layout = pack_collected(found).layout
    assert layout.by_name["loop/accept_step"].shares_bytes_with == ("loop/proposed_state",)


def test_lifetimes_that_are_known_say_all_that_is_found_again() -> None:
    found = collected(components(STATE, PROPOSED, FLAG, buffer("loop", "novelty", 4)))
    stated = [document for document in found.manifest["buffers"] if "lifetime" in document or "parts" in document]
    assert stated
    assert all(document["reentry"] == "dropped" for document in stated)
    assert "reentry" not in found.manifest["buffers"][-1]


def test_a_buffer_that_is_not_described_is_live_throughout_and_starts_from_zero() -> None:
    found = collected(components(STATE, PROPOSED, FLAG, buffer("loop", "novelty", 4)))
    assert found.unknown == ("loop/novelty",)
    assert found.unknown_class == ""
    document = found.manifest["buffers"][-1]
    assert document["persistent"]
    assert document["zero"] == "entry"
    assert "lifetime" not in document
    assert pack_collected(found).layout.by_name["loop/novelty"].shares_bytes_with == ()


def test_a_step_class_that_is_not_described_leaves_no_lifetimes_at_all() -> None:
    step = (buffer("loop/algorithm", "scratch", 4), local("loop/algorithm", "kept", 2, persistent=True))
    found = collected(components(STATE, PROPOSED, FLAG, step=step, step_class="TheirStep"))
    assert found.unknown_class == "TheirStep (loop/algorithm)"
    assert set(found.unknown) == {
        "loop/state",
        "loop/proposed_state",
        "loop/accept_step",
        "loop/algorithm/scratch",
        "loop/algorithm/kept",
    }
    assert found.manifest["timeline"] == {"phases": ["step"], "loops": []}
    layout = pack_collected(found).layout
    assert not any(placed.shares_bytes_with for placed in layout.buffers)


def test_a_linear_solver_that_is_not_described_leaves_no_lifetimes_either() -> None:
    parts = (
        *components(
            STATE, PROPOSED, step=(buffer("loop/algorithm", "increment_cache", 4),), step_class="BackwardsEulerStep"
        ),
        RegisteredComponent("loop/algorithm/solver_scratch", "NewtonKrylov", (), None),
        RegisteredComponent("loop/algorithm/solver_scratch/linear_solver", "TheirSolver", (), None),
    )
    known = find_lifetimes(integrator(), parts)
    assert known.liveness is None
    assert known.reason == "TheirSolver (loop/algorithm/solver_scratch/linear_solver)"


def test_a_component_that_the_step_should_have_and_has_not_counts_as_not_described() -> None:
    known = find_lifetimes(integrator(), components(STATE, step_class="BackwardsEulerStep"))
    assert known.liveness is None
    assert "loop/algorithm/solver_scratch" in known.reason


def test_buffers_of_no_elements_are_not_named() -> None:
    assert collected(components(STATE, buffer("loop", "novelty", 0))).unknown == ()
