"""Which workers may have which task."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError

import pytest

from service.jobs import capabilities
from service.jobs.capabilities import queue_for, queues_of_this_installation


def test_a_solve_and_a_static_validation_go_to_any_worker() -> None:
    assert queue_for("solve", "") == queue_for("validate", "static") == "solve"


@pytest.mark.parametrize("required", ["compiled", "simulated", "best"])
def test_what_needs_the_gpu_extra_goes_only_to_workers_that_have_it(
    required: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    queue = queue_for("validate", required)
    monkeypatch.setattr(capabilities, "version", lambda _: "1.0")
    assert queue in queues_of_this_installation()

    def missing(package: str) -> str:
        raise PackageNotFoundError(package)

    monkeypatch.setattr(capabilities, "version", missing)
    assert queues_of_this_installation() == ("solve",)
    assert queue != "solve"


def test_no_worker_of_this_version_takes_hardware() -> None:
    assert queue_for("validate", "hardware") is None
