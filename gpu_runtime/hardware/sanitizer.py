"""compute-sanitizer: NVIDIA's checker of memory accesses and of races between threads, over a whole validation."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, files
from pathlib import Path
from typing import Any

from warpack.gpu_runtime.hardware.driver_process import ask
from warpack.gpu_runtime.hardware.errors import HardwareError

TOOLS = ("memcheck", "racecheck", "synccheck")
"""Out-of-bounds and misaligned accesses; unordered accesses to shared memory; barriers that not all threads reach."""

_WHEEL = "nvidia-cuda-sanitizer-api"
_ERRORS_FOUND = 86
_SUMMARY = re.compile(r"(?:ERROR SUMMARY: (\d+) error|RACECHECK SUMMARY: (\d+) hazard)")
_TAIL = 2000


def find_sanitizer() -> str:
    """Its path: on PATH, or in the wheel. Raises HardwareError `sanitizer-missing`."""
    found = shutil.which("compute-sanitizer")
    if found is not None:
        return found
    try:
        for file in files(_WHEEL) or ():
            path = Path(str(file.locate()))
            if path.name == "compute-sanitizer" and path.parent.name == "bin" and os.access(path, os.X_OK):
                return str(path)
    except PackageNotFoundError:
        pass
    raise HardwareError(
        "sanitizer-missing",
        "compute-sanitizer was asked for and is neither on PATH nor installed: pip install 'warpack[sanitizer]', or add the "
        "bin folder of a CUDA toolkit to PATH",
    )


def sanitize(module: str, request: Mapping[str, Any], tool: str, *, time_limit_s: float) -> dict[str, Any]:
    """Runs the child `module` once more under one tool. `errors` counts what the tool found, `log` is the end of its
    log.

    Raises HardwareError `sanitizer-missing`, or `sanitizer-failed` where the tool did not end with a summary;
    ChildError as `ask` does.
    """
    command = find_sanitizer()
    with tempfile.TemporaryDirectory(prefix="warpack-") as folder:
        log = Path(folder) / "log"
        status, answer = ask(
            module,
            request,
            time_limit_s=time_limit_s,
            prefix=[command, "--tool", tool, "--error-exitcode", str(_ERRORS_FOUND), "--log-file", str(log)],
        )
        said = log.read_text(errors="replace") if log.exists() else ""
    summary = _SUMMARY.search(said)
    ran = answer.get("ran")
    if summary is None or status not in (0, _ERRORS_FOUND) or ran is None or ran["error"] is not None:
        what = "it wrote no summary" if summary is None else f"exit status {status}"
        raise HardwareError("sanitizer-failed", f"compute-sanitizer {tool}: {what}\n{said[-_TAIL:]}".rstrip())
    errors = int(summary[1] or summary[2] or 0)
    if status == _ERRORS_FOUND:
        errors = max(1, errors)
    return {"tool": tool, "errors": errors, "log": said[-_TAIL:] if errors else ""}
