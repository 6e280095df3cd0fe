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
from typing import Any, Literal

from warpack.gpu_runtime.interpreter import inherited_environment, python

_PR_SET_PDEATHSIG = 1
_TAIL_LINES = 12
_PARENT = "WARPACK_PARENT_PID"
_FROM_OUTSIDE = frozenset({signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT})
_OUT_OF_MEMORY = ("MemoryError", "bad_alloc", "out of memory", "Cannot allocate memory", "can't start new thread")
"""What Python, C++, LLVM, the C library and Python's threads say last where they get no more."""


class ChildError(RuntimeError):
    """The child ended without an answer, and `tail` is the end of its standard error. `reason`: `time-limit`,
    `crashed`, `no-answer`, `over-memory` (it got no more), or `killed` (by a signal that processes do not get for what
    they do: nothing is said about the request)."""

    def __init__(self, reason: str, message: str, tail: str) -> None:
        self.reason = reason
        self.tail = tail
        super().__init__(f"{message}\n{tail}" if tail else message)


def ask(
    module: str, request: Mapping[str, Any], *, time_limit_s: float, environment: Mapping[str, str]
) -> dict[str, Any]:
    """Runs `python -m module` with `request` and returns its answer. Raises ChildError."""
    child_environment = {**inherited_environment(), _PARENT: str(os.getpid()), **environment}
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
        tail = _tail(errors)
        raise ChildError(
            reason_of(process.returncode, tail), f"{module} ended with {_status(process.returncode)}", tail
        )
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


def reason_of(code: int, tail: str) -> Literal["crashed", "killed", "over-memory"]:
    """Why a process ended that gave no answer. `code`: as `Popen.returncode`; `tail`: the end of its standard error."""
    if -code in _FROM_OUTSIDE:
        return "killed"
    said = tail.splitlines()[-3:]
    return "over-memory" if any(words in line for line in said for words in _OUT_OF_MEMORY) else "crashed"


def _status(code: int) -> str:
    return f"signal {signal.Signals(-code).name}" if code < 0 else f"exit status {code}"


def _tail(errors: bytes) -> str:
    return "\n".join(errors.decode(errors="replace").splitlines()[-_TAIL_LINES:])
