"""Level hardware as an operator without a GPU meets it: jobs that wait and say for what, and a worker that refuses a
double."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.fake_driver import build_double
from tests.helpers.processes import PATIENCE_S, eventually
from tests.helpers.real_gpu import real_gpu
from tests.helpers.service_process import finished, held_up, service
from tests.service.cli.commands import command_line

_ROOT = Path(__file__).parents[2]
_KEPT_KERNELS = {name: value for name, value in os.environ.items() if name == "WARPACK_CACHE_DIR"}
"""What is compiled is kept in the run's folder."""

MANIFEST: dict[str, Any] = {
    "schema": "warpack/manifest/1",
    "target": {"compute_capability": "8.6"},
    "launch": {"max_threads_per_block": 32},
    "timeline": {"phases": ["load", "store"]},
    "buffers": [
        {"name": "input", "size": 4, "dtype": "float32", "lifetime": [["load", "load"]]},
        {"name": "output", "size": 4, "dtype": "float32", "lifetime": [["store", "store"]]},
    ],
}


def gpu_worker(data_dir: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """`warpack worker --gpu` as a process, which ends by itself where there is no GPU."""
    command = command_line("worker", "--gpu", "--data-dir", data_dir)
    return subprocess.run(
        command,
        cwd=_ROOT,
        env=_KEPT_KERNELS | environment,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )


def without_gpu() -> None:
    if Path("/proc/driver/nvidia/version").exists():
        pytest.skip("this machine has an NVIDIA driver: here a GPU worker may well start")


def test_a_job_for_hardware_goes_as_far_as_it_can_and_waits_naming_the_architecture(tmp_path: Path) -> None:
    without_gpu()
    with service(tmp_path) as running, running.client() as client:
        job = held_up(client, client.submit(MANIFEST | {"validation": "hardware"}))
        waiting = job["waiting_for"]
        assert job["layout"] is None
        assert (waiting["capability"], waiting["best_level_now"]) == ("hardware", "simulated")
        assert "a GPU of compute capability 8.6, and none is alive" in waiting["message"]
        eventually(lambda: client.get(job["id"])["validation"]["level"] == "simulated", "what needs no GPU is done")
        job = client.get(job["id"])
        assert (job["state"], job["waiting_for"]["capability"], job["problem"]) == ("validating", "hardware", None)
        assert client.devices()["hardware_devices"] == []
        best = finished(client, client.submit(MANIFEST | {"validation": "best"}))
        assert (best["state"], best["validation"]["level"]) == ("ready", "simulated")
    with service(tmp_path, plain=True) as again, again.client() as client:
        assert held_up(client, job)["waiting_for"]["capability"] == "hardware"
        assert client.cancel(job["id"])["state"] == "cancelled"


def test_a_gpu_worker_ends_at_once_where_there_is_no_driver(tmp_path: Path) -> None:
    without_gpu()
    ran = gpu_worker(tmp_path, PYTHONPATH=str(_ROOT))
    assert ran.returncode == 1
    assert "no GPU to work with" in ran.stderr
    assert "libcuda.so.1" in ran.stderr or "cuda-bindings" in ran.stderr or "cuda" in ran.stderr
    assert "warpack doctor" in ran.stderr
    assert "Traceback" not in ran.stderr


def test_a_double_of_the_driver_is_not_registered_as_a_device(tmp_path: Path) -> None:
    without_gpu()
    pytest.importorskip("cuda.bindings", reason="cuda-bindings is not installed")
    double = build_double(tmp_path)
    with service(tmp_path / "data", workers=0) as running, running.client() as client:
        ran = gpu_worker(tmp_path / "data", PYTHONPATH=str(_ROOT), LD_LIBRARY_PATH=str(double))
        assert ran.returncode == 1
        assert "'Test double, no GPU' does not identify itself as a real GPU" in ran.stderr
        assert "the kernel has no NVIDIA module" in ran.stderr
        devices = client.devices()
        assert (devices["workers"], devices["hardware_devices"]) == ([], [])


_WORK_ON_A_DOUBLE = """
import sys
from pathlib import Path
from warpack.service.jobs.gpu import Gpu
from warpack.service.settings import Settings
from warpack.service.worker import work
told = {"name": "mistaken for real", "uuid": "", "compute_capability": "8.6", "driver_version": "", "cuda_version": "", "ordinal": 0}
work(Settings(data_dir=Path(sys.argv[1]), workers=1), gpu=Gpu(told))
"""


def test_a_worker_that_took_a_double_for_real_gets_its_jobs_and_can_report_nothing(tmp_path: Path) -> None:
    """The path of a job to a GPU worker and back, with a worker that was not started by the command that looks
    first."""
    without_gpu()
    pytest.importorskip("numba_cuda", reason="the extra gpu is not installed")
    environment = _KEPT_KERNELS | {"PYTHONPATH": str(_ROOT), "LD_LIBRARY_PATH": str(build_double(tmp_path))}
    data_dir = tmp_path / "data"
    with service(data_dir) as running, running.client() as client:
        waiting = client.submit(MANIFEST | {"validation": "hardware"}, 1)
        command = [sys.executable, "-W", "error", "-c", _WORK_ON_A_DOUBLE, str(data_dir)]
        worker = subprocess.Popen(command, cwd=_ROOT, env=environment)
        try:
            (device,) = eventually(lambda: client.devices()["hardware_devices"], "the device is listed")
            assert (device["name"], device["compute_capability"]) == ("mistaken for real", "8.6")
            job = finished(client, waiting)
            assert (job["state"], job["layout"], job["validation"]["level"]) == ("failed", None, "simulated")
            assert "does not identify itself as a real GPU" in job["problem"]["detail"]
            best = finished(client, client.submit(MANIFEST | {"validation": "best"}))
            assert (best["state"], best["validation"]["level"]) == ("ready", "simulated")
        finally:
            worker.terminate()
            worker.wait(PATIENCE_S)
        assert client.devices()["hardware_devices"] == []


@pytest.mark.gpu
def test_a_job_for_hardware_is_done_by_a_gpu_worker(tmp_path: Path) -> None:
    device = real_gpu()
    target = {"compute_capability": device["compute_capability"]}
    with service(tmp_path) as running, running.client() as client:
        worker = subprocess.Popen(command_line("worker", "--gpu", "--data-dir", tmp_path), cwd=_ROOT)
        try:
            eventually(lambda: client.devices()["hardware_devices"], "the device is listed")
            job = finished(client, client.submit(MANIFEST | {"target": target, "validation": "best"}))
            assert (job["state"], job["validation"]["level"]) == ("ready", "hardware")
            (report,) = [each for each in job["layout"]["validation"]["reports"] if each["level"] == "hardware"]
            assert report["detail"]["device"]["uuid"] == device["uuid"]
        finally:
            worker.terminate()
            worker.wait(PATIENCE_S)
        assert client.devices()["hardware_devices"] == []
