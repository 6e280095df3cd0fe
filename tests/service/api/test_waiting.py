"""A job that no live worker can go on with says what is missing."""

from __future__ import annotations

from typing import cast

import pytest

from warpack.service.api.answers.waiting import what_it_waits_for
from warpack.service.store.records import Job, JobState
from warpack.service.store.workers import Worker

FULL = Worker("full", ("solve", "validate"))
PLAIN = Worker("plain", ("solve",))


GPU = Worker("gpu", ("gpu-sm86",), ({"name": "a GPU", "compute_capability": "8.6"},))
OTHER_GPU = Worker("other", ("gpu-sm90",), ({"name": "a GPU", "compute_capability": "9.0"},))


def job(state: str, required: str, stage: str | None = None) -> Job:
    fields = ("id", "n", cast(JobState, state), required, "a", "t", None, None, None, None, "s", None)
    return Job(*fields, compute_capability="8.6", stage=stage)


@pytest.mark.parametrize(
    ("state", "required", "workers", "capability", "best"),
    [
        ("queued", "static", (), "worker", "none"),
        ("solving", "static", (), "worker", "none"),
        ("validating", "static", (), "worker", "none"),
        ("validating", "compiled", (PLAIN,), "gpu-extra", "static"),
        ("validating", "simulated", (PLAIN,), "gpu-extra", "static"),
        ("validating", "best", (PLAIN,), "gpu-extra", "static"),
        ("validating", "hardware", (PLAIN,), "hardware", "static"),
        ("validating", "hardware", (PLAIN, FULL), "hardware", "simulated"),
    ],
)
def test_what_is_missing_is_named_with_the_best_level_at_once(
    state: str, required: str, workers: tuple[Worker, ...], capability: str, best: str
) -> None:
    waiting = what_it_waits_for(job(state, required), workers)
    assert waiting is not None
    assert (waiting.capability, waiting.best_level_now) == (capability, best)
    assert "none is alive" in waiting.message or "No worker" in waiting.message


@pytest.mark.parametrize(
    ("state", "required"),
    [("queued", "best"), ("solving", "hardware"), ("validating", "static"), ("ready", "hardware"), ("failed", "best")],
)
def test_a_job_that_moves_or_is_finished_waits_for_nothing(state: str, required: str) -> None:
    assert what_it_waits_for(job(state, required), (PLAIN,)) is None


def test_the_architecture_that_is_missing_is_named_and_those_that_are_alive() -> None:
    waiting = what_it_waits_for(job("validating", "hardware", "device"), (FULL, OTHER_GPU))
    assert waiting is not None
    assert (waiting.capability, waiting.best_level_now) == ("hardware", "simulated")
    assert "compute capability 8.6, and none is alive" in waiting.message
    assert "warpack worker --gpu" in waiting.message
    assert "Those alive have 9.0." in waiting.message


def test_with_a_gpu_of_the_architecture_alive_nothing_is_missing() -> None:
    for stage in ("host", "device"):
        assert what_it_waits_for(job("validating", "hardware", stage), (FULL, GPU)) is None
    waiting = what_it_waits_for(job("validating", "hardware", "host"), (PLAIN, GPU))
    assert waiting is not None
    assert waiting.capability == "gpu-extra"


def test_a_worker_with_the_gpu_extra_serves_every_level_but_hardware() -> None:
    for required in ("static", "compiled", "simulated", "best"):
        assert what_it_waits_for(job("validating", required), (FULL,)) is None
