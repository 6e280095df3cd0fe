"""What makes a device real: every point of the rule, each broken by itself, and the evidence as it is collected."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from warpack.gpu_runtime.hardware import identity
from warpack.gpu_runtime.hardware.identity import Evidence, collect, objections
from warpack.gpu_runtime.hardware.soname import soname_of

UUID = bytes(range(16))
NAME = "GPU-00010203-0405-0607-0809-0a0b0c0d0e0f"
REAL = Evidence(
    libraries=("/usr/lib/libcuda.so.580.82.07",),
    soname="libcuda.so.1",
    exposed=None,
    module_version="580.82.07",
    device_file="/dev/nvidiactl",
    pci_address="0000:3b:00.0",
    uuid=NAME,
    listed_uuid=NAME,
)


def test_a_device_that_keeps_the_whole_rule_is_real() -> None:
    assert objections(REAL) == ()


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        ({"libraries": ()}, "0 files of libcuda are loaded"),
        ({"libraries": (*REAL.libraries, "/opt/libcuda.so.580.82.07")}, "2 files of libcuda are loaded"),
        ({"libraries": ("/usr/lib/libcuda.so.1",)}, "named libcuda.so.1"),
        ({"soname": None}, "SONAME of libcuda is None"),
        ({"soname": "libdouble.so"}, "SONAME of libcuda is libdouble.so"),
        ({"exposed": "others can write to /opt"}, "others can write to /opt"),
        ({"module_version": None}, "the kernel has no NVIDIA module"),
        ({"module_version": "570.1"}, "version 580.82.07, the kernel's module of 570.1"),
        ({"device_file": None}, "holds no device file"),
        ({"listed_uuid": None}, "lists no GPU at 0000:3b:00.0"),
        ({"listed_uuid": "GPU-other"}, f"calls the GPU at 0000:3b:00.0 {NAME}, the kernel GPU-other"),
    ],
)
def test_each_broken_point_is_an_objection_by_itself(broken: dict[str, object], said: str) -> None:
    (objection,) = objections(replace(REAL, **broken))  # type: ignore[arg-type]  # fields by name, of several types
    assert said in objection


def machine(root: Path, *, version: str) -> Path:
    """A file system with what a driver's kernel module shows there."""
    gpu = root / "proc/driver/nvidia/gpus/0000:3b:00.0"
    gpu.mkdir(parents=True)
    (gpu / "information").write_text(f"Model: \t\t A GPU\nIRQ:   \t\t 42\nGPU UUID: \t {NAME}\nVideo BIOS: \t 1\n")
    (root / "proc/driver/nvidia/version").write_text(f"{version}\nGCC version:  gcc version 12.2.0\n")
    (root / "proc/self/fd").mkdir(parents=True)
    (root / "proc/self/maps").write_text(
        "7f00-7f01 r-xp 00000000 08:01 42    /usr/lib/libcuda.so.580.82.07\n"
        "7f01-7f02 rw-p 00001000 08:01 42    /usr/lib/libcuda.so.580.82.07\n"
        "7f02-7f03 r-xp 00000000 08:01 43    /usr/lib/libcudart.so.13\n"
        "7f03-7f04 rw-p 00000000 00:00 0 \n"
    )
    (root / "proc/devices").write_text("Character devices:\n  1 mem\n195 nvidia-frontend\n")
    return root


@pytest.mark.parametrize(
    "version",
    [
        "NVRM version: NVIDIA UNIX x86_64 Kernel Module  580.82.07  Wed Aug 27 17:39:07 UTC 2025",
        "NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  580.82.07  Release Build  (builder@host)",
    ],
)
def test_what_the_kernel_shows_is_read_from_proc(tmp_path: Path, version: str) -> None:
    seen = collect("0000:3B:00.0", UUID, machine(tmp_path, version=version))
    assert seen.libraries == ("/usr/lib/libcuda.so.580.82.07",)
    assert (seen.module_version, seen.uuid, seen.listed_uuid) == ("580.82.07", NAME, NAME)
    assert seen.pci_address == "0000:3b:00.0"
    assert seen.device_file is None


def test_an_open_device_file_counts_by_its_major_number(tmp_path: Path) -> None:
    root = machine(tmp_path, version="")
    number = os.major(Path("/dev/null").stat().st_rdev)
    os.symlink("/dev/null", root / "proc/self/fd/3")
    assert collect("0000:3b:00.0", UUID, root).device_file is None
    (root / "proc/devices").write_text(f"Character devices:\n  {number} nvidia\n")
    assert collect("0000:3b:00.0", UUID, root).device_file == "/dev/null"


def test_without_a_driver_nothing_is_found(tmp_path: Path) -> None:
    (tmp_path / "proc/self/fd").mkdir(parents=True)
    seen = collect("0000:3b:00.0", UUID, tmp_path)
    assert (seen.libraries, seen.soname, seen.module_version, seen.listed_uuid) == ((), None, None, None)
    assert len(objections(seen)) == 5


def test_a_library_that_others_could_replace_is_exposed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    library = tmp_path / "libcuda.so.580.82.07"
    library.write_bytes(b"")
    tmp_path.chmod(0o777)
    assert identity._exposed(library) == f"others can write to {tmp_path}"
    tmp_path.chmod(0o755)
    library.chmod(0o666)
    assert identity._exposed(library) == f"others can write to {library}"
    library.chmod(0o644)
    monkeypatch.setattr(identity.os, "geteuid", lambda: library.stat().st_uid or 1)
    if library.stat().st_uid:
        assert identity._exposed(library) == f"{library} belongs to the user who runs this"


def test_the_soname_is_read_from_a_real_library(double_folder: Path, tmp_path: Path) -> None:
    assert soname_of(double_folder / "libcuda.so.1") == "libcuda.so.1"
    assert soname_of(Path(os.path.realpath(sys.executable))) is None
    (tmp_path / "short").write_bytes(b"\x7fELF\x02\x01")
    assert soname_of(tmp_path / "short") is None
    assert soname_of(tmp_path / "not there") is None
