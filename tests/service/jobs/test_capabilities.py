"""Which workers may have which task."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError

import pytest

from warpack.service.jobs import capabilities
from warpack.service.jobs.capabilities import (
    QUEUES,
    device_queue,
    fork_servers_of,
    queue_for,
    queues_for,
    queues_of_this_installation,
    with_formats,
)
from warpack.service.jobs.children.fork_server import COMPILING, SOLVING
from warpack.service.jobs.gpu import Gpu
from warpack.service.store.records import Task
from warpack.solver.devices import DEVICES


def test_a_solve_and_a_static_validation_go_to_any_worker() -> None:
    assert queue_for(Task("solve", "1")) == queue_for(Task("validate", "1", required="static")) == "solve"


@pytest.mark.parametrize("required", ["compiled", "simulated", "best", "hardware"])
def test_what_needs_the_gpu_extra_goes_only_to_workers_that_have_it(
    required: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    queue = queue_for(Task("validate", "1", required=required))
    monkeypatch.setattr(capabilities, "version", lambda _: "1.0")
    assert queue in queues_of_this_installation()

    def missing(package: str) -> str:
        raise PackageNotFoundError(package)

    monkeypatch.setattr(capabilities, "version", missing)
    assert queues_of_this_installation() == ("solve",)
    assert queue != "solve"


def test_what_a_device_does_goes_to_the_workers_of_its_architecture_alone() -> None:
    assert queue_for(Task("device", "1", required="hardware", compute_capability="8.6")) == "gpu-sm86"
    assert queue_for(Task("device", "1", required="best", compute_capability="12.0")) == "gpu-sm120"
    assert "gpu-sm86" not in queues_of_this_installation()
    assert {device_queue(capability) for capability in DEVICES} < set(QUEUES)
    assert len(set(QUEUES)) == len(QUEUES)


def test_a_worker_takes_what_is_asked_for_of_what_it_can_do(monkeypatch: pytest.MonkeyPatch) -> None:
    gpu = Gpu({"compute_capability": "8.6", "ordinal": 0})
    monkeypatch.setattr(capabilities, "version", lambda _: "1.0")
    assert queues_for((), None) == ("solve", "validate")
    assert queues_for(["validate"], None) == ("validate",)
    assert queues_for((), gpu) == ("gpu-sm86",)
    assert queues_for(["solve"], gpu) == ("solve", "gpu-sm86")
    with pytest.raises(ValueError, match="no queue 'gpu-sm86'"):
        queues_for(["gpu-sm86"], None)
    monkeypatch.setattr(capabilities, "has_gpu_extra", lambda: False)
    with pytest.raises(ValueError, match="extra `gpu`"):
        queues_for(["validate"], None)


def test_only_the_fork_servers_that_are_wanted_are_started() -> None:
    assert fork_servers_of(("solve",)) == (SOLVING,)
    assert fork_servers_of(("gpu-sm86",)) == fork_servers_of(("validate",)) == (COMPILING,)
    assert fork_servers_of(("solve", "validate")) == (SOLVING, COMPILING)
    assert fork_servers_of(()) == ()


def test_a_newer_format_has_queues_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    assert with_formats(("solve", "validate")) == ("solve", "validate")
    monkeypatch.setattr(capabilities, "FORMAT", 2)
    assert with_formats(("solve",)) == ("solve", "solve-2")
    assert queue_for(Task("solve", "1", format=2)) == "solve-2"
