"""Says why a job waits: no live worker can do its next step."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from warpack.service.jobs.capabilities import GPU_EXTRA_QUEUE, SOLVE_QUEUE, device_queue
from warpack.service.store.records import Job
from warpack.service.store.workers import Worker


@dataclass(frozen=True, slots=True)
class Waiting:
    """`capability` is what is missing. `best_level_now` is the highest level that the live workers can reach now."""

    capability: str
    message: str
    best_level_now: str

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def what_it_waits_for(job: Job, workers: tuple[Worker, ...]) -> Waiting | None:
    """None if the job is finished, or if a live worker can do its next step."""
    served = {queue for worker in workers for queue in worker.queues}
    best = "simulated" if GPU_EXTRA_QUEUE in served else "static" if SOLVE_QUEUE in served else "none"
    if job.state in ("queued", "solving"):
        return None if SOLVE_QUEUE in served else Waiting("worker", "No worker is alive: start `warpack worker`.", best)
    if job.state != "validating":
        return None
    if job.required == "static":
        return None if SOLVE_QUEUE in served else Waiting("worker", "No worker is alive: start `warpack worker`.", best)
    if (job.required == "hardware" or job.stage == "device") and device_queue(job.compute_capability) not in served:
        return Waiting("hardware", _no_device(job.compute_capability, workers), best)
    if job.stage == "device" or GPU_EXTRA_QUEUE in served:
        return None
    return Waiting(
        "gpu-extra",
        f"Level {job.required} needs a worker with the extra `gpu` installed (CUDA compilers; no GPU), and none is alive.",
        best,
    )


def _no_device(compute_capability: str, workers: tuple[Worker, ...]) -> str:
    others = [device["compute_capability"] for worker in workers for device in worker.devices]
    alive = f" Those alive have {', '.join(sorted(set(others)))}." if others else ""
    return (
        f"Level hardware needs a worker with a GPU of compute capability {compute_capability}, and none is alive: start "
        f"`warpack worker --gpu` on a machine that has one.{alive}"
    )
