"""Child processes that call the driver: started, timed, and killed with all that they started."""

from __future__ import annotations

import contextlib
import json
import math
import os
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import IO, Any

from warpack.gpu_runtime.child_process import ChildError, reason_of
from warpack.gpu_runtime.interpreter import inherited_environment, python

_TAIL_LINES = 12
_REAPED_S = 30.0
"""Time for a killed process whose kernel still runs: it ends once the driver has destroyed its context."""

_GRACE_S = 15
"""Time beyond the parent's limit after which a child whose parent is gone ends by itself."""


def ask(
    module: str, request: Mapping[str, Any], *, time_limit_s: float, prefix: Sequence[str] = ()
) -> tuple[int, dict[str, Any]]:
    """Runs `python -m module`, under the command `prefix` if there is one. Its exit status, and its answer.

    Raises ChildError as `child_process.ask` does, with reason `stuck` where even a killed child does not end. With an
    answer, an exit status other than 0 is the prefix's, and not an error here.
    """
    environment = inherited_environment()
    with tempfile.TemporaryFile() as answer, tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(  # noqa: S603  (our own interpreter and module)
            [*prefix, *python("-m", module)],
            stdin=subprocess.PIPE,
            stdout=answer,
            stderr=errors,
            env=environment,
            process_group=0,  # so that what a prefix starts is killed with it
        )
        try:
            _hand_over(process, json.dumps(request).encode(), time_limit_s)
        except subprocess.TimeoutExpired:
            ended = _kill(process)
            reason = "time-limit" if ended else "stuck"
            more = "" if ended else f", and was killed but did not end within {_REAPED_S:g} s"
            raise ChildError(
                reason, f"{module} did not answer within {time_limit_s:g} s{more}", _tail(errors)
            ) from None
        except BaseException:
            _kill(process)
            raise
        answer.seek(0)
        try:
            found: dict[str, Any] = json.loads(answer.read())
        except ValueError:
            how, tail = _status(process.returncode), _tail(errors)
            reason = reason_of(process.returncode, tail)
            raise ChildError(reason, f"{module} ended with {how} and without an answer", tail) from None
        return process.returncode, found


def _hand_over(process: subprocess.Popen[bytes], request: bytes, time_limit_s: float) -> None:
    with contextlib.suppress(BrokenPipeError):
        process.communicate(request, timeout=time_limit_s)
    process.wait(timeout=time_limit_s)


def _kill(process: subprocess.Popen[bytes]) -> bool:
    """Kills the whole group; returns whether it has ended."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    try:
        process.wait(timeout=_REAPED_S)
    except subprocess.TimeoutExpired:
        return False
    return True


@contextmanager
def answering() -> Iterator[IO[str]]:
    """Called in the child: only its answer goes to standard output, whatever the driver or a tool prints."""
    from warpack.gpu_runtime.child_process import die_with_parent

    die_with_parent()
    with os.fdopen(os.dup(1), "w") as out:
        os.dup2(2, 1)
        yield out


def end_by_itself(time_limit_s: float) -> None:
    """Called in the child: the kernel ends it some time after its limit, in case its parent is gone."""
    signal.alarm(math.ceil(time_limit_s) + _GRACE_S)


def _status(code: int) -> str:
    return f"signal {signal.Signals(-code).name}" if code < 0 else f"exit status {code}"


def _tail(errors: IO[bytes]) -> str:
    errors.seek(0)
    return "\n".join(errors.read().decode(errors="replace").splitlines()[-_TAIL_LINES:])
