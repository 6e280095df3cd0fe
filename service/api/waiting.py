"""Says why a job does not move: no live worker can do its next step."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from service.engine import Worker
from service.jobs.capabilities import GPU_EXTRA_QUEUE, SOLVE_QUEUE, queue_for
from service.store.records import Job


@dataclass(frozen=True, slots=True)
class Waiting:
    """`capability` is what is missing; `best_level_now` the highest level that the workers alive could reach."""

    capability: str
    message: str
    best_level_now: str

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def what_it_waits_for(job: Job, workers: tuple[Worker, ...]) -> Waiting | None:
    """None when the job is finished, or a worker that can do its next step is alive."""
    served = {queue for worker in workers for queue in worker.queues}
    best = "simulated" if GPU_EXTRA_QUEUE in served else "static" if SOLVE_QUEUE in served else "none"
    if job.state in ("queued", "solving"):
        return None if SOLVE_QUEUE in served else Waiting("worker", "No worker is alive: start `warpack worker`.", best)
    if job.state != "validating":
        return None
    queue = queue_for("validate", job.required)
    if queue is None:
        return Waiting(
            "hardware",
            f"Level {job.required} needs a worker with a GPU of the manifest's compute capability, and none is alive.",
            best,
        )
    if queue in served:
        return None
    if queue == SOLVE_QUEUE:
        return Waiting("worker", "No worker is alive: start `warpack worker`.", best)
    return Waiting(
        "gpu-extra",
        f"Level {job.required} needs a worker with the extra `gpu` installed (CUDA compilers; no GPU), and none is alive.",
        best,
    )
