"""The machine of a benchmark run, without anything that names it."""

from __future__ import annotations

import os
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from benchmarks.peers.question import cores

_PACKAGES = ("ortools", "omnimalloc")


def machine() -> dict[str, str]:
    """Processor, cores that the process may use, load before the run, and versions."""
    found = {"processor": _processor(), "cores": str(cores())}
    if hasattr(os, "getloadavg"):
        found["load before the run (1 minute)"] = f"{os.getloadavg()[0]:.1f}"
    found["system"] = f"{platform.system()} {platform.machine()}"
    found["Python"] = platform.python_version()
    found["Warpack"] = _version("warpack") or "from its sources"
    return found | {name: _version(name) or "not installed" for name in _PACKAGES}


def _processor() -> str:
    described = Path("/proc/cpuinfo")
    if described.exists():
        for line in described.read_text(encoding="utf-8", errors="replace").splitlines():
            key, _, value = line.partition(":")
            if key.strip() == "model name":
                return value.strip()
    return platform.processor() or platform.machine()


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None
