"""`warpack doctor`: what is here, what is not, and what that means."""

from __future__ import annotations

import ctypes
from importlib.metadata import PackageNotFoundError

import pytest

from tests.service.cli.commands import Cli
from warpack.gpu_runtime.hardware import device_query
from warpack.gpu_runtime.hardware.device_query import QueriedDevice
from warpack.gpu_runtime.hardware.errors import HardwareError
from warpack.service.cli import doctor_checks, doctor_findings, doctor_gpu, doctor_hardware
from warpack.service.cli.doctor_findings import Finding
from warpack.service.cli.doctor_gpu import Gpus


def test_where_all_is_installed_the_doctor_is_content(warpack: Cli) -> None:
    ran = warpack("doctor", "--json")
    states = {finding["name"]: finding["state"] for finding in ran.json["findings"]}
    assert states["Python"] == "ok"
    if states.get("packages for compiling and simulating") == "ok":
        assert ran.code == 0
        assert ran.json["works"] is True
        for library in ("nvvm", "nvrtc", "nvJitLink"):
            assert states[f"CUDA library {library}"] == "ok"


def test_the_table_says_what_is_missing_and_the_code_that_it_matters(
    warpack: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        doctor_checks,
        "examine",
        lambda: [
            Finding("Python", "ok", "3.11", "everything"),
            Finding("packages for solving", "missing", "not installed: ortools", "solving"),
        ],
    )
    ran = warpack("doctor")
    assert ran.code == 1
    assert "not installed: ortools" in ran.out
    assert "pip install 'warpack[gpu]'" in ran.out


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def version(name: str) -> str:
        if name == "numba-cuda":
            raise PackageNotFoundError(name)
        return "1.0"

    monkeypatch.setattr(doctor_findings, "version", version)
    findings = {finding.name: finding for finding in doctor_checks._packages()}
    broken = findings["packages for compiling and simulating"]
    assert broken.state == "missing"
    assert "not installed: numba-cuda" in broken.found
    assert findings["packages for solving"].state == "ok"


def test_an_old_python_is_missing_what_it_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor_checks.sys, "version_info", (3, 10, 0))
    assert doctor_checks._python().state == "missing"


def test_without_a_driver_only_the_hardware_level_suffers(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_library(name: str) -> ctypes.CDLL:
        raise OSError(f"{name}: cannot open shared object file")

    monkeypatch.setattr(doctor_gpu.ctypes, "CDLL", no_library)
    assert doctor_gpu.find_gpus().problem == "no driver (libcuda.so.1) on this machine"
    finding = next(iter(doctor_hardware.examine_hardware(needed=False)))
    assert (finding.name, finding.state) == ("GPU driver", "absent")
    assert "hardware" in finding.meaning
    assert "driver 580 or later" in finding.remedy


def test_a_driver_that_does_not_start_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    class Broken:
        def cuInit(self, flags: int) -> int:
            return 999

    monkeypatch.setattr(doctor_gpu.ctypes, "CDLL", lambda name: Broken())
    assert doctor_gpu.find_gpus().problem == "the driver is there and does not start: CUDA error 999"


def test_a_gpu_is_named_with_its_compute_capability(monkeypatch: pytest.MonkeyPatch) -> None:
    class Driver:
        """What libcuda answers on a machine with one GPU."""

        def cuInit(self, flags: int) -> int:
            return 0

        def cuDriverGetVersion(self, out: object) -> int:
            out._obj.value = 13000  # type: ignore[attr-defined]  # what ctypes.byref gives
            return 0

        def cuDeviceGetCount(self, out: object) -> int:
            out._obj.value = 1  # type: ignore[attr-defined]  # what ctypes.byref gives
            return 0

        def cuDeviceGet(self, out: object, index: int) -> int:
            return 0

        def cuDeviceGetName(self, buffer: ctypes.Array[ctypes.c_char], size: int, handle: object) -> int:
            buffer.value = b"A GPU"
            return 0

        def cuDeviceGetAttribute(self, out: object, attribute: int, handle: object) -> int:
            out._obj.value = {75: 8, 76: 6}[attribute]  # type: ignore[attr-defined]  # what ctypes.byref gives
            return 0

    monkeypatch.setattr(doctor_gpu.ctypes, "CDLL", lambda name: Driver())
    gpus = doctor_gpu.find_gpus()
    assert (gpus.driver, gpus.names, gpus.problem) == ("13.0", ("A GPU (compute capability 8.6)",), None)


_DEVICE = {
    "name": "A GPU", "uuid": "GPU-1", "driver_version": "580.82.07", "compute_capability": "8.6",
    "cuda_version": "13.0", "limits": {"max_smem_per_block_optin": 101376}, "table_differences": [],
}  # fmt: skip


def hardware(monkeypatch: pytest.MonkeyPatch, **changes: object) -> dict[str, Finding]:
    """What is found of one GPU, which differs from a good one by `changes`."""
    objections = changes.pop("objections", ())
    monkeypatch.setattr(doctor_hardware, "find_gpus", lambda: Gpus("13.0", ("A GPU",), None))
    monkeypatch.setattr(doctor_hardware, "installed_version", lambda package: "1.0")
    monkeypatch.setattr(device_query, "query_device", lambda ordinal: QueriedDevice({**_DEVICE, **changes}, objections))  # type: ignore[arg-type]  # partly other values
    return {finding.name: finding for finding in doctor_hardware.examine_hardware(needed=True)}


def test_a_machine_with_all_that_a_gpu_worker_needs_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    found = hardware(monkeypatch)
    assert {finding.state for name, finding in found.items() if name != "compute-sanitizer"} == {"ok"}
    assert found["GPU 0"].found == "A GPU, GPU-1, driver 580.82.07"
    assert found["GPU 0: shared memory"].found == "101376 bytes for a block that opts in"
    assert found["GPU 0: architecture"].found == "8.6, known"


@pytest.mark.parametrize(
    ("changes", "name", "said"),
    [
        ({"objections": ("the kernel has no NVIDIA module",)}, "GPU 0", "driver's own libcuda"),
        ({"compute_capability": "99.0"}, "GPU 0: architecture", "are known to this version"),
        ({"cuda_version": "12.8"}, "GPU 0: CUDA of the driver", "driver 580 or later"),
        (
            {"table_differences": [{"figure": "max_smem_per_block_optin", "table": 1, "measured": 2}]},
            "GPU 0: shared memory",
            "max_smem_per_block_optin is 2, the table of architectures says 1",
        ),
    ],
)
def test_what_is_wrong_with_a_gpu_is_named_with_what_to_do(
    monkeypatch: pytest.MonkeyPatch, changes: dict[str, object], name: str, said: str
) -> None:
    finding = hardware(monkeypatch, **changes)[name]
    assert finding.state == "missing"
    assert said in finding.remedy


def test_without_cuda_bindings_the_extra_is_named_and_no_device_is_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor_hardware, "find_gpus", lambda: Gpus("13.0", ("A GPU",), None))
    monkeypatch.setattr(doctor_hardware, "installed_version", lambda package: None)
    found = {finding.name: finding for finding in doctor_hardware.examine_hardware(needed=True)}
    assert (found["cuda-bindings"].state, found["cuda-bindings"].remedy) == (
        "missing", "pip install 'warpack[gpu-worker]'",
    )  # fmt: skip
    assert "GPU 0" not in found


def test_a_device_that_cannot_be_looked_at_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    hardware(monkeypatch)

    def fails(ordinal: int) -> QueriedDevice:
        raise HardwareError("driver-failed", "the driver does not start")

    monkeypatch.setattr(device_query, "query_device", fails)
    found = {finding.name: finding for finding in doctor_hardware.examine_hardware(needed=False)}
    assert found["GPU 0"].state == "absent"
    assert "the driver does not start" in found["GPU 0"].found


def test_a_machine_for_its_gpu_is_judged_by_that_alone(warpack: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        doctor_checks,
        "examine_gpu_worker",
        lambda: [Finding("GPU driver", "missing", "none", "hardware", "install one")],
    )
    ran = warpack("doctor", "--gpu")
    assert ran.code == 1
    assert "install one" in ran.out
    assert "cannot start here yet" in ran.out
    monkeypatch.setattr(doctor_checks, "examine_gpu_worker", lambda: [Finding("GPU driver", "ok", "13.0", "hardware")])
    assert warpack("doctor", "--gpu").code == 0
