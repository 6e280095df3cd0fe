"""Runs a script as `python SCRIPT` does, in the process that numba's simulator is for, and writes what it showed.

    NUMBA_ENABLE_CUDASIM=1 python -P -m warpack.gpu_runtime.trace.child RESULT ORDER SCRIPT ARGS…

RESULT is a file that gets JSON: `{"summaries": […]}`, with `"failed"` where the script ended with an error after that;
or `{"trouble": …}` where a kernel cannot be recorded. The script's output and errors are its own.
"""

from __future__ import annotations

import json
import os
import runpy
import sys
import traceback
from pathlib import Path
from types import TracebackType
from typing import Any, cast

from warpack.gpu_runtime.child_process import die_with_parent
from warpack.gpu_runtime.trace.errors import TraceError
from warpack.gpu_runtime.trace.record.launches import recording
from warpack.gpu_runtime.trace.record.threads import Order
from warpack.gpu_runtime.trace.summary.making import summary_of
from warpack.gpu_runtime.trace.summary.text import to_json


def traced(script: str, arguments: list[str], order: Order) -> dict[str, Any]:
    """Runs the script in this process. An error of its own is shown as `python` does. Raises TraceError."""
    folder = os.path.dirname(os.path.abspath(script))
    sys.argv = [script, *arguments]
    sys.path.insert(0, folder)
    failed = None
    with recording(order) as recorder:
        try:
            runpy.run_path(script, run_name="__main__")
        except TraceError:
            raise
        except SystemExit as ended:
            failed = None if ended.code in (None, 0) else f"exit status {ended.code}"
        except Exception as error:
            failed = f"{type(error).__name__}: {error}"
            sys.stdout.flush()
            traceback.print_exception(type(error), error, _of_the_script(error.__traceback__, script))
    answer: dict[str, Any] = {"summaries": [to_json(summary_of(one), folder) for one in recorder.finished()]}
    return answer if failed is None else answer | {"failed": failed}


def main(result: str, order: str, script: str, *arguments: str) -> int:
    die_with_parent()
    try:
        answer = traced(script, list(arguments), cast(Order, order))
    except TraceError as error:
        answer = {"trouble": "; ".join([str(error), *getattr(error, "__notes__", [])])}
    Path(result).write_text(json.dumps(answer), encoding="utf-8")
    return 0


def _of_the_script(trace: TracebackType | None, script: str) -> TracebackType | None:
    """The part of a traceback that `python SCRIPT` would show: from the script on."""
    found = trace
    while found is not None and found.tb_frame.f_code.co_filename != script:
        found = found.tb_next
    return found or trace


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
