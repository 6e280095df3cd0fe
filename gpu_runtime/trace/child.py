"""Runs a script as `python SCRIPT` does, in the process that numba's simulator is for, and writes what it showed.

    NUMBA_ENABLE_CUDASIM=1 python -P -m warpack.gpu_runtime.trace.child RESULT ORDER SCRIPT ARGS…

RESULT is a file that gets JSON: `{"summaries": […]}`, with `"failed"` where the script ended with an error after that;
or `{"trouble": …}` where a kernel cannot be recorded. The script's output and errors are its own.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any, cast

from warpack.gpu_runtime.child_process import die_with_parent
from warpack.gpu_runtime.trace.errors import TraceError
from warpack.gpu_runtime.trace.record.launches import recording
from warpack.gpu_runtime.trace.record.running import run_as_main
from warpack.gpu_runtime.trace.record.threads import Order
from warpack.gpu_runtime.trace.summary.making import summary_of
from warpack.gpu_runtime.trace.summary.text import to_json


def traced(script: str, arguments: list[str], order: Order) -> dict[str, Any]:
    """Runs the script in this process. Raises TraceError."""
    with recording(order) as recorder:
        failed = run_as_main(script, arguments)
    folder = os.path.dirname(os.path.abspath(script))
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


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
