"""Which architectures are known, and which workers are alive."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Depends

from warpack.service.api.node.callers import Reader
from warpack.service.api.node.provided import job_runner_of
from warpack.service.jobs.capabilities import GPU_EXTRA_QUEUE, SOLVE_QUEUE
from warpack.service.jobs.job_runner import JobRunner
from warpack.service.store.workers import GATEWAY_PREFIX, LEASE_S, Worker
from warpack.solver.devices import DEVICES

router = APIRouter(tags=["operations"])


@router.get("/v1/devices", summary="Architectures known, and the workers alive")
async def list_devices(runner: Annotated[JobRunner, Depends(job_runner_of)], _: Reader) -> dict[str, Any]:
    """`architectures` are listed by compute capability. `workers` are the live ones that take tasks. Each tells its
    queues, with how many tasks of each it does at a time. It tells how often it has sent a heartbeat, how long ago the
    last one was, and whether it connects by the gateway. `hardware_devices` are their GPUs, each with its worker's
    id."""
    workers = await asyncio.to_thread(runner.workers)
    return {
        "architectures": {capability: asdict(device) for capability, device in DEVICES.items()},
        "workers": [
            {
                "id": worker.id,
                "levels": _levels(worker),
                "versions": dict(worker.versions),
                "queues": {queue: worker.room.get(queue, 1) for queue in worker.queues},
                "gateway": worker.id.startswith(GATEWAY_PREFIX),
                "started_at": worker.started_at,
                "beats": worker.beats,
                "last_beat_s_ago": round(max(LEASE_S - worker.left_s, 0.0), 1),
            }
            for worker in workers
        ],
        "hardware_devices": [{**device, "worker": worker.id} for worker in workers for device in worker.devices],
    }


def _levels(worker: Worker) -> list[str]:
    static = ["static"] if SOLVE_QUEUE in worker.queues else []
    levels = ["compiled", "simulated"] if GPU_EXTRA_QUEUE in worker.queues else []
    return [*static, *levels, *(["hardware"] if worker.devices else [])]
