"""Runs a script in a process of its own, in numba's simulator, and returns what its kernels showed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from warpack.extras import explained
from warpack.gpu_runtime.interpreter import inherited_environment, python
from warpack.gpu_runtime.trace.errors import TraceError
from warpack.gpu_runtime.trace.summary.model import Summary
from warpack.gpu_runtime.trace.summary.text import from_json

_CHILD = "warpack.gpu_runtime.trace.child"


def record_script(script: str | Path, arguments: Sequence[str] = (), *, order: str = "forward") -> list[Summary]:
    """Runs `python SCRIPT ARGUMENTS…` in numba's simulator; a summary for each kernel that it launched.

    Its output and errors go where ours go. `order`: in which order the threads of a block take turns, 'forward',
    'reversed' or 'shuffled'. Raises TraceError where a kernel cannot be recorded, ScriptError where the script fails,
    and MissingExtraError without numba.
    """
    answer = run_child(_CHILD, [order, str(script), *arguments])
    folder = os.path.dirname(os.path.abspath(script))
    summaries = [from_json(one, folder) for one in answer["summaries"]]
    if failed := answer.get("failed"):
        raise ScriptError(str(failed), summaries)
    return summaries


class ScriptError(TraceError):
    """The script ended with an error of its own. `summaries`: what its kernels had shown until then."""

    def __init__(self, message: str, summaries: list[Summary]) -> None:
        self.summaries = summaries
        super().__init__(f"the script failed: {message}")


def run_child(module: str, arguments: Sequence[str], *, quiet: bool = False) -> dict[str, Any]:
    """What a child that is given a file to write to, then the arguments, writes there. `quiet`: what the script prints
    has been printed before. Raises TraceError."""
    if find_spec("numba") is None:
        missing = ModuleNotFoundError("No module named 'numba'", name="numba")
        raise explained("tracing a script", missing) or missing
    with tempfile.TemporaryDirectory(prefix="warpack-trace-") as folder:
        result = Path(folder) / "result.json"
        environment = {**inherited_environment(), "NUMBA_ENABLE_CUDASIM": "1", "WARPACK_PARENT_PID": str(os.getpid())}
        sys.stdout.flush()
        ended = subprocess.run(  # noqa: S603  (our own interpreter and module, the user's own script)
            python("-m", module, str(result), *arguments),
            env=environment,
            check=False,
            stdout=subprocess.DEVNULL if quiet else None,
        )
        answer: dict[str, Any] = json.loads(result.read_text(encoding="utf-8")) if result.exists() else {}
    if trouble := answer.get("trouble"):
        raise TraceError(str(trouble))
    if ended.returncode or not answer:
        raise TraceError(f"the script's process ended with exit status {ended.returncode}")
    return answer
