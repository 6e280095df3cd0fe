"""The checks of `warpack doctor`. Nothing here imports a CUDA package: a process of its own loads the libraries."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

from warpack.gpu_runtime.interpreter import import_environment, python
from warpack.service.cli.doctor_findings import Finding, installed_version
from warpack.service.cli.doctor_hardware import examine_hardware
from warpack.solver.devices import DEVICES

_PYTHONS = ((3, 11), (3, 14))
_TOOLCHAIN_S = 120

_PACKAGES = {
    "solving": ("ortools", "rfc8785"),
    "the service": ("fastapi", "uvicorn", "pydantic", "pydantic-settings", "dbos", "SQLAlchemy", "alembic", "httpx2"),
    "compiling and simulating": ("numpy", "numba", "numba-cuda", "pyelftools"),
}

_TOOLCHAIN_PROGRAM = """
import json
from dataclasses import asdict
from warpack.gpu_runtime.compiler import ToolchainError, compilable_architectures, find_toolchain
try:
    found = [asdict(library) for library in find_toolchain().libraries]
    print(json.dumps({"libraries": found, "architectures": compilable_architectures()}))
except ToolchainError as error:
    print(json.dumps({"error": str(error)}))
"""


def examine() -> list[Finding]:
    return [
        _python(), *_packages(), _architectures(), *_toolchain(), *examine_hardware(needed=False), _compiler()
    ]  # fmt: skip


def examine_gpu_worker() -> list[Finding]:
    """Checks what a machine needs that only runs layouts on its GPU."""
    service = next(finding for finding in _packages() if finding.name.endswith("the service"))
    return [_python(), service, _architectures(), *examine_hardware(needed=True)]


def _python() -> Finding:
    least, below = _PYTHONS
    fits = least <= sys.version_info[:2] < below
    found = f"{sys.version.split()[0]} ({sys.executable})"
    wanted = f"everything ({least[0]}.{least[1]} or later, below {below[0]}.{below[1]})"
    return Finding("Python", "ok" if fits else "missing", found, wanted)


def _packages() -> Iterator[Finding]:
    for purpose, names in _PACKAGES.items():
        present = {name: installed for name in names if (installed := installed_version(name)) is not None}
        absent = [name for name in names if name not in present]
        found = ", ".join(f"{name} {installed}" for name, installed in present.items())
        if absent:
            found += ("; " if found else "") + "not installed: " + ", ".join(absent)
        remedy = "pip install 'warpack[gpu]'" if absent else ""
        yield Finding(f"packages for {purpose}", "missing" if absent else "ok", found, purpose, remedy)


def _architectures() -> Finding:
    return Finding("architectures known", "ok", ", ".join(DEVICES), "compute_capability in a manifest")


def _toolchain() -> Iterator[Finding]:
    """NVVM, NVRTC and nvJitLink, which must come from the installed wheels."""
    meaning = "compiling layouts to machine code, which needs no GPU"
    environment = {name: value for name, value in os.environ.items() if name != "NUMBA_ENABLE_CUDASIM"}
    try:
        answer = subprocess.run(  # noqa: S603  (our own interpreter and program)
            python("-c", _TOOLCHAIN_PROGRAM),
            capture_output=True,
            text=True,
            timeout=_TOOLCHAIN_S,
            check=False,
            env=environment | import_environment(),
        )
        found: dict[str, Any] = (
            json.loads(answer.stdout) if answer.returncode == 0 else {"error": _last_line(answer.stderr)}
        )
    except (subprocess.TimeoutExpired, json.JSONDecodeError) as error:
        found = {"error": str(error)}
    if "error" in found:
        yield Finding("CUDA libraries", "missing", found["error"], meaning, "pip install 'warpack[gpu]'")
        return
    for library in found["libraries"]:
        where = f"{library['version']}, found via {library['found_via']}: {library['path']}"
        yield Finding(f"CUDA library {library['name']}", "ok", where, meaning)
    yield Finding(
        "architectures to compile for", "ok", ", ".join(found["architectures"]), "validation level compiled and above"
    )


def _last_line(text: str) -> str:
    lines = text.strip().splitlines()
    return lines[-1] if lines else "the libraries could not be loaded"


def _compiler() -> Finding:
    found = shutil.which("g++")
    return Finding("g++", "ok" if found else "absent", found or "not on PATH", "Warpack's own tests; nothing else")
