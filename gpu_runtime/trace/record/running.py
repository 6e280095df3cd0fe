"""Runs a script in this process, as `python SCRIPT` does."""

from __future__ import annotations

import json
import os
import runpy
import sys
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

from warpack.gpu_runtime.child_process import die_with_parent
from warpack.gpu_runtime.trace.errors import TraceError


def run_as_main(script: str, arguments: Sequence[str]) -> str | None:
    """How the script failed, in words; None where it did not. Its own error is shown as `python` does. Raises
    TraceError where a kernel cannot be recorded."""
    file = os.path.abspath(script)
    sys.argv = [script, *arguments]
    sys.path.insert(0, os.path.dirname(file))
    try:
        runpy.run_path(file, run_name="__main__")
    except TraceError:
        raise
    except SystemExit as ended:
        return None if ended.code in (None, 0) else f"exit status {ended.code}"
    except Exception as error:
        sys.stdout.flush()
        traceback.print_exception(type(error), error, _of_the_script(error.__traceback__, file))
        return f"{type(error).__name__}: {error}"
    return None


def answer(result: str, ask: Callable[[], dict[str, Any]]) -> int:
    """The exit code of a child process that writes what `ask` returns into the file `result`; or `{"trouble": …}` where
    a kernel cannot be recorded. The process ends with its parent."""
    die_with_parent()
    try:
        found = ask()
    except TraceError as error:
        found = {"trouble": "; ".join([str(error), *getattr(error, "__notes__", [])])}
    Path(result).write_text(json.dumps(found), encoding="utf-8")
    return 0


def _of_the_script(trace: TracebackType | None, file: str) -> TracebackType | None:
    """The part of a traceback that `python SCRIPT` would show: from the script on. None where it did not begin: it has
    an error of syntax, or cannot be read."""
    while trace is not None and trace.tb_frame.f_code.co_filename != file:
        trace = trace.tb_next
    return trace
