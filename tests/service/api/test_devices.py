"""`GET /v1/devices` lists the GPUs of workers as long as these are alive."""

from __future__ import annotations

from pathlib import Path

from tests.helpers.api_client import client_of
from warpack.service.api import create_app
from warpack.service.engine.liveness import LivenessLocks
from warpack.service.jobs.gpu import Gpu
from warpack.service.settings import Settings

_GPU = Gpu(
    {
        "name": "a GPU", "uuid": "GPU-1", "compute_capability": "8.6", "driver_version": "580.82.07",
        "cuda_version": "13.0", "ordinal": 1, "pci_address": "0000:3b:00.0", "limits": {},
    },
    sanitizer=True,
)  # fmt: skip


def test_a_gpu_is_listed_while_its_worker_is_alive(tmp_path: Path) -> None:
    with client_of(create_app(Settings(data_dir=tmp_path, workers=0))) as http:
        locks = LivenessLocks(tmp_path / "live", ("gpu-sm86",), (_GPU.public(),))
        listed = http.get("/v1/devices").json()
        assert listed["workers"] == [{"id": locks.own_id, "levels": ["hardware"]}]
        assert listed["hardware_devices"] == [
            {
                "worker": locks.own_id, "name": "a GPU", "uuid": "GPU-1", "compute_capability": "8.6",
                "driver_version": "580.82.07", "cuda_version": "13.0", "ordinal": 1, "sanitizer": True,
            }
        ]  # fmt: skip
        locks.release()
        listed = http.get("/v1/devices").json()
        assert (listed["workers"], listed["hardware_devices"]) == ([], [])
