"""Layouts are solved here or by a service, and refused where they do not fit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import pytest

from tests.gpu_runtime.adapters.cubie.registrations import buffer, collected, components
from warpack.gpu_runtime.adapters.cubie.collect import OwnFigures
from warpack.gpu_runtime.adapters.cubie.differences import differences
from warpack.gpu_runtime.adapters.cubie.errors import LayoutRefusedError, UnsupportedCubieError
from warpack.gpu_runtime.adapters.cubie.pack import pack_collected, through
from warpack.gpu_runtime.adapters.cubie.release import buffer_registry
from warpack.solver import load_manifest, optimize

STATE = buffer("loop", "state", 5)
PROPOSED = buffer("loop", "proposed_state", 5)


class FakeClient:
    """Answers as a service does whose job waits once, and then ends in `state`."""

    def __init__(self, state: str = "ready") -> None:
        self.state = state
        self.posted: list[Mapping[str, Any]] = []

    def submit(self, manifest: Mapping[str, Any], wait_s: int = 0) -> Mapping[str, Any]:
        self.posted.append(manifest)
        return {"id": "j1", "state": "solving"}

    def follow(self, job: Mapping[str, Any], wait_s: int = 10) -> Iterator[Mapping[str, Any]]:
        yield job
        layout = optimize(load_manifest(self.posted[-1])).model_dump() if self.state == "ready" else None
        yield {"id": job["id"], "state": self.state, "layout": layout}


def test_a_service_gives_the_layout_that_is_solved_here_too() -> None:
    found = collected(components(STATE, PROPOSED))
    client = FakeClient()
    assert pack_collected(found, through(client)).layout.sha256 == pack_collected(found).layout.sha256
    assert client.posted == [found.manifest]


@pytest.mark.parametrize("state", ["failed", "infeasible", "cancelled"])
def test_a_job_that_ends_without_a_layout_is_refused_by_its_state(state: str) -> None:
    with pytest.raises(LayoutRefusedError, match=f"j1 ended {state}"):
        pack_collected(collected(components(STATE)), through(FakeClient(state)))


def test_an_infeasible_budget_is_refused_with_what_would_be_enough() -> None:
    found = collected(components(STATE, PROPOSED), shared_budget_bytes=16)
    with pytest.raises(LayoutRefusedError, match=r"4\d bytes would be enough"):
        pack_collected(found)


def test_a_layout_of_another_manifest_is_refused() -> None:
    other = optimize(load_manifest(collected(components(STATE)).manifest))
    with pytest.raises(LayoutRefusedError, match="breaks a rule"):
        pack_collected(collected(components(STATE, PROPOSED)), lambda _: other)


def test_a_layout_that_overlaps_live_buffers_is_refused() -> None:
    def overlapping(manifest: dict[str, Any]) -> Any:
        layout = optimize(load_manifest(manifest))
        return replace(layout, buffers=tuple(replace(placed, offset_bytes=0) for placed in layout.buffers))

    with pytest.raises(LayoutRefusedError, match="loop/proposed_state"):
        pack_collected(collected(components(STATE, PROPOSED)), overlapping)


def test_differences_name_the_buffers_that_came_went_and_changed() -> None:
    before = collected(components(STATE, PROPOSED))
    now = collected(components(buffer("loop", "state", 6), buffer("loop", "error", 5)))
    assert differences(before, before) == ()
    assert differences(before, now) == (
        "loop/error is new",
        "loop/proposed_state is gone",
        "loop/state: size was 5, is 6",
    )


def test_the_same_buffers_of_another_object_are_a_difference_too() -> None:
    before = collected(components(STATE))
    step = replace(before.components[1], owner=object())
    assert differences(before, replace(before, components=(before.components[0], step))) == (
        "loop/algorithm was replaced",
    )


def test_cubies_block_size_is_halved_until_it_fits() -> None:
    assert OwnFigures(200, 4).threads_per_block(49152) == 128
    assert OwnFigures(192, 0).threads_per_block(49152) == 256
    assert OwnFigures(49152, 4).threads_per_block(49152) == 0


def test_another_release_of_cubie_is_refused_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("warpack.gpu_runtime.adapters.cubie.release.version", lambda _: "0.18.1")
    with pytest.raises(UnsupportedCubieError, match=r"CuBIE 0\.18\.1 is installed.*0\.17\.0"):
        buffer_registry()


def test_a_missing_cubie_is_named_with_the_extra_that_brings_it(monkeypatch: pytest.MonkeyPatch) -> None:
    from importlib.metadata import PackageNotFoundError

    def missing(name: str) -> str:
        raise PackageNotFoundError(name)

    monkeypatch.setattr("warpack.gpu_runtime.adapters.cubie.release.version", missing)
    with pytest.raises(UnsupportedCubieError, match="extra `cubie`"):
        buffer_registry()
