"""`warpack doctor`: what is here, what is not, and what that means."""

from __future__ import annotations

import ctypes
from importlib.metadata import PackageNotFoundError

import pytest

from service.cli import doctor_checks, doctor_gpu
from service.cli.doctor_checks import Finding
from tests.service.cli.commands import Cli


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

    monkeypatch.setattr(doctor_checks, "version", version)
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
    finding = doctor_checks._gpu()
    assert finding.state == "absent"
    assert "hardware" in finding.meaning


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
            out._obj.value = 13000  # type: ignore[attr-defined]
            return 0

        def cuDeviceGetCount(self, out: object) -> int:
            out._obj.value = 1  # type: ignore[attr-defined]
            return 0

        def cuDeviceGet(self, out: object, index: int) -> int:
            return 0

        def cuDeviceGetName(self, buffer: ctypes.Array[ctypes.c_char], size: int, handle: object) -> int:
            buffer.value = b"A GPU"
            return 0

        def cuDeviceGetAttribute(self, out: object, attribute: int, handle: object) -> int:
            out._obj.value = {75: 8, 76: 6}[attribute]  # type: ignore[attr-defined]
            return 0

    monkeypatch.setattr(doctor_gpu.ctypes, "CDLL", lambda name: Driver())
    gpus = doctor_gpu.find_gpus()
    assert (gpus.driver, gpus.names, gpus.problem) == ("13.0", ("A GPU (compute capability 8.6)",), None)
