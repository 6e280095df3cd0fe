"""Runs a script as `python SCRIPT` does, in the process that numba's simulator is for, and writes what it showed.

    NUMBA_ENABLE_CUDASIM=1 python -P -m warpack.gpu_runtime.trace.child RESULT ORDER SCRIPT ARGS…

RESULT is a file that gets JSON: `{"summaries": […]}`, with `"failed"` where the script ended with an error after that;
or `{"trouble": …}` where a kernel cannot be recorded. The script's output and errors are its own.
"""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from functools import reduce
from types import FunctionType
from typing import Any, cast

from warpack.gpu_runtime.trace.record.hooks import recording
from warpack.gpu_runtime.trace.record.running import answer, run_as_main
from warpack.gpu_runtime.trace.record.schedule import Order
from warpack.gpu_runtime.trace.record.sites import Recording
from warpack.gpu_runtime.trace.static import NotAnalysedError, analyse
from warpack.gpu_runtime.trace.summary.making import summary_of
from warpack.gpu_runtime.trace.summary.model import Summary
from warpack.gpu_runtime.trace.summary.static_facts import both, facts_of
from warpack.gpu_runtime.trace.summary.text import to_json


def traced(script: str, arguments: list[str], order: Order) -> dict[str, Any]:
    """Runs the script in this process. Raises TraceError."""
    with recording(order) as recorder:
        failed = run_as_main(script, arguments)
    folder = os.path.dirname(os.path.abspath(script))
    recorder.finished()
    summaries = [_analysed(function, one, summary_of(one)) for function, one in recorder.kernels()]
    found: dict[str, Any] = {"summaries": [to_json(one, folder) for one in summaries]}
    return found if failed is None else found | {"failed": failed}


def _analysed(function: FunctionType, recording: Recording, summary: Summary) -> Summary:
    """With what the static analysis finds in the kernel, for each kind of launch."""
    try:
        found = [
            analyse(function, shape, dynamic_bytes=dynamic_bytes) for shape, dynamic_bytes in sorted(recording.launches)
        ]
    except NotAnalysedError as error:
        return replace(summary, static_trouble=str(error))
    facts = [facts_of(one, one.unfollowed.values()) for one in found]
    return replace(summary, static=reduce(both, facts))


def main(result: str, order: str, script: str, *arguments: str) -> int:
    return answer(result, lambda: traced(script, list(arguments), cast(Order, order)))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
