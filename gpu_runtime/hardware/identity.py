"""Whether a device is real: what libcuda says about it is compared with what the operating system's kernel says.

The rule. A device counts as real when
1. exactly one libcuda is loaded, its SONAME is libcuda.so.1 and its file is named after a driver version; neither the
   file nor a folder above it can be written by others, or belongs to the user who runs this (root aside): it is the
   system's;
2. the kernel has the NVIDIA module (/proc/driver/nvidia/version), of the same version as in the library's file name;
3. this process holds a device file open that belongs to that module (its major number is the module's in
   /proc/devices);
4. /proc/driver/nvidia/gpus lists the device's PCI address, with the UUID that libcuda reports.

A stand-in for libcuda cannot meet 2 to 4 on a machine without the module, nor 1 when it comes from a search path. Some
real devices are not accepted either: with compatibility libraries that are newer than the kernel module, slices of a
partitioned GPU (MIG), and WSL, which has no such kernel module. A user who can write to /proc or load kernel modules
can deceive the rule.
"""

from __future__ import annotations

import os
import re
import stat
import uuid
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from warpack.gpu_runtime.hardware.soname import soname_of

_VERSION = re.compile(r"Kernel Module\b.*?\s(\d+\.\d+(?:\.\d+)?)\s")
_LIBRARY = re.compile(r"libcuda\.so\.(\d+\.\d+(?:\.\d+)?)$")
_UUID = re.compile(r"^GPU UUID:\s*(\S+)", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """`libraries`: the files of libcuda that this process has mapped. `exposed`: what of the library's path others
    could replace (None: nothing). `module_version`: the kernel module's. `device_file`: an open file of that module.
    `listed_uuid`: the kernel's, for the PCI address that libcuda names; `uuid` is libcuda's."""

    libraries: tuple[str, ...]
    soname: str | None
    exposed: str | None
    module_version: str | None
    device_file: str | None
    pci_address: str
    uuid: str
    listed_uuid: str | None

    def to_json(self) -> dict[str, Any]:
        return asdict(self) | {"libraries": [Path(path).name for path in self.libraries]}


def collect(pci_address: str, device_uuid: bytes, root: Path = Path("/")) -> Evidence:
    """What this process and the operating system's kernel say. `root` is the root of the file system."""
    libraries = tuple(sorted(set(_mapped(root))))
    first = Path(libraries[0]) if libraries else None
    listed = _read(root / "proc/driver/nvidia/gpus" / pci_address.lower() / "information")
    version = _VERSION.search((_read(root / "proc/driver/nvidia/version") or "").partition("\n")[0] + " ")
    found = _UUID.search(listed or "")
    return Evidence(
        libraries=libraries,
        soname=None if first is None else soname_of(first),
        exposed=None if first is None else _exposed(first),
        module_version=version[1] if version else None,
        device_file=_open_device_file(root),
        pci_address=pci_address.lower(),
        uuid=f"GPU-{uuid.UUID(bytes=device_uuid)}",
        listed_uuid=found[1] if found else None,
    )


def objections(evidence: Evidence) -> tuple[str, ...]:
    """The reasons why this device does not count as real, each by itself; empty where it does."""
    return tuple(_objections(evidence))


def _objections(evidence: Evidence) -> Iterator[str]:
    named = _LIBRARY.match(Path(evidence.libraries[0]).name) if len(evidence.libraries) == 1 else None
    if len(evidence.libraries) != 1:
        count = len(evidence.libraries)
        yield f"{count} files of libcuda are loaded in this process, one would be right"
    elif named is None:
        yield f"the file of libcuda is named {Path(evidence.libraries[0]).name}, a driver's is named after its version"
    if evidence.soname != "libcuda.so.1":
        yield f"the SONAME of libcuda is {evidence.soname}, a driver's is libcuda.so.1"
    if evidence.exposed is not None:
        yield f"libcuda comes from a place that is not the system's alone: {evidence.exposed}"
    if evidence.module_version is None:
        yield "the kernel has no NVIDIA module (no /proc/driver/nvidia/version)"
    elif named is not None and named[1] != evidence.module_version:
        yield f"libcuda is of version {named[1]}, the kernel's module of {evidence.module_version}"
    if evidence.device_file is None:
        yield "libcuda holds no device file of the kernel's NVIDIA module open"
    if evidence.listed_uuid is None:
        yield f"the kernel lists no GPU at {evidence.pci_address} (/proc/driver/nvidia/gpus)"
    elif evidence.listed_uuid.lower() != evidence.uuid.lower():
        yield f"libcuda calls the GPU at {evidence.pci_address} {evidence.uuid}, the kernel {evidence.listed_uuid}"


def _mapped(root: Path) -> Iterator[str]:
    for line in (_read(root / "proc/self/maps") or "").splitlines():
        fields = line.split(maxsplit=5)
        if len(fields) == 6 and Path(fields[5]).name.startswith("libcuda.so"):
            yield os.path.realpath(fields[5])


def _exposed(library: Path) -> str | None:
    """The library or the first folder above it that could be replaced by the user or by anyone else."""
    user = os.geteuid()
    for path in (library, *library.parents):
        try:
            found = path.stat()
        except OSError:
            return f"{path} is gone"
        if found.st_mode & stat.S_IWOTH or (found.st_mode & stat.S_IWGRP and found.st_gid != 0):
            return f"others can write to {path}"
        if user != 0 and found.st_uid == user:
            return f"{path} belongs to the user who runs this"
    return None


def _open_device_file(root: Path) -> str | None:
    majors = set()
    for line in (_read(root / "proc/devices") or "").splitlines():
        number, _, name = line.strip().partition(" ")
        if number.isdecimal() and name.strip().startswith("nvidia"):
            majors.add(int(number))
    for descriptor in sorted((root / "proc/self/fd").iterdir() if majors else ()):
        try:
            found = descriptor.stat()
        except OSError:
            continue  # it was closed while we looked
        if stat.S_ISCHR(found.st_mode) and os.major(found.st_rdev) in majors:
            return os.readlink(descriptor)
    return None


def _read(path: Path) -> str | None:
    try:
        return path.read_text(errors="replace")
    except OSError:
        return None
