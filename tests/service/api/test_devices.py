"""`GET /v1/devices` lists the GPUs of workers as long as these are alive."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from starlette.testclient import TestClient

from tests.helpers.api_client import client_of
from tests.helpers.processes import eventually
from warpack.service.api import create_app
from warpack.service.jobs.gpu import Gpu
from warpack.service.jobs.presence import Presence
from warpack.service.settings import Settings
from warpack.service.store import Store
from warpack.service.store.workers import Worker

_GPU = Gpu(
    {
        "name": "a GPU", "uuid": "GPU-1", "compute_capability": "8.6", "driver_version": "580.82.07",
        "cuda_version": "13.0", "ordinal": 1, "pci_address": "0000:3b:00.0", "limits": {},
    },
    sanitizer=True,
)  # fmt: skip


def test_a_gpu_is_listed_while_its_worker_is_alive(tmp_path: Path) -> None:
    with client_of(create_app(Settings(data_dir=tmp_path, workers=0))) as http:
        store = Store(Settings(data_dir=tmp_path))
        worker = Worker("a worker", ("gpu-sm86",), (_GPU.public(),), {"solver": "1"})
        presence = Presence(store.workers, tmp_path / "live", worker)
        presence.start()
        listed = eventually(lambda: _with_workers(http), "it is listed")
        (entry,) = listed["workers"]
        assert (entry["id"], entry["levels"], entry["versions"]) == ("a worker", ["hardware"], {"solver": "1"})
        assert (entry["queues"], entry["gateway"], entry["beats"]) == ({"gpu-sm86": 1}, False, 1)
        assert listed["hardware_devices"] == [
            {
                "worker": presence.id, "name": "a GPU", "uuid": "GPU-1", "compute_capability": "8.6",
                "driver_version": "580.82.07", "cuda_version": "13.0", "ordinal": 1, "sanitizer": True,
            }
        ]  # fmt: skip
        presence.stop()
        store.close()
        listed = eventually(lambda: _without_workers(http), "it is listed no longer")
        assert listed["hardware_devices"] == []


def _without_workers(http: TestClient) -> dict[str, Any] | None:
    listed: dict[str, Any] = http.get("/v1/devices").json()
    return None if listed["workers"] else listed


def _with_workers(http: TestClient) -> dict[str, Any] | None:
    listed: dict[str, Any] = http.get("/v1/devices").json()
    return listed if listed["workers"] else None
