"""Child processes for work that must not share a process with its caller: it may hang, crash, or set the mode of numba.

A child reads one JSON object from its standard input and writes one to its standard output. It dies with its parent
(Linux: the kernel sends it SIGKILL) and has a time limit. If it fails, the error has the end of its standard error.
"""

from __future__ import annotations

import ctypes
import json
import os
import signal
import subprocess
from collections.abc import Mapping
from typing import Any

from warpack.gpu_runtime.interpreter import import_environment, python

_PR_SET_PDEATHSIG = 1
_TAIL_LINES = 12
_PARENT = "WARPACK_PARENT_PID"


class ChildError(RuntimeError):
    """The child ended without an answer: `reason` is `time-limit`, `crashed` or `no-answer`, `tail` the end of its
    standard error."""

    def __init__(self, reason: str, message: str, tail: str) -> None:
        self.reason = reason
        self.tail = tail
        super().__init__(f"{message}\n{tail}" if tail else message)


def ask(
    module: str, request: Mapping[str, Any], *, time_limit_s: float, environment: Mapping[str, str]
) -> dict[str, Any]:
    """Runs `python -m module` with `request` and returns its answer. Raises ChildError."""
    child_environment = {**os.environ, **import_environment(), _PARENT: str(os.getpid()), **environment}
    process = subprocess.Popen(  # noqa: S603  (our own interpreter and module)
        python("-m", module),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=child_environment,
    )
    try:
        output, errors = process.communicate(json.dumps(request).encode(), timeout=time_limit_s)
    except subprocess.TimeoutExpired:
        process.kill()
        _, errors = process.communicate()
        raise ChildError("time-limit", f"{module} did not answer within {time_limit_s:g} s", _tail(errors)) from None
    except BaseException:
        process.kill()
        process.communicate()
        raise
    if process.returncode != 0:
        raise ChildError("crashed", f"{module} ended with {_status(process.returncode)}", _tail(errors))
    try:
        answer: dict[str, Any] = json.loads(output)
    except ValueError:
        raise ChildError("no-answer", f"{module} ended without an answer", _tail(errors)) from None
    return answer


def die_with_parent() -> None:
    """Called in the child: it is killed when the thread that started it ends, or at once if that thread has ended
    already."""
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    parent = os.environ.get(_PARENT)
    if parent is not None and os.getppid() != int(parent):
        os._exit(1)


def _status(code: int) -> str:
    return f"signal {signal.Signals(-code).name}" if code < 0 else f"exit status {code}"


def _tail(errors: bytes) -> str:
    return "\n".join(errors.decode(errors="replace").splitlines()[-_TAIL_LINES:])
