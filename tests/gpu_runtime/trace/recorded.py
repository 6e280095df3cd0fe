"""Many scripts run in one process: numba is imported once.

NUMBA_ENABLE_CUDASIM=1 python -m tests.gpu_runtime.trace.recorded < REQUESTS > ANSWERS
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from warpack.gpu_runtime.interpreter import import_environment
from warpack.gpu_runtime.trace.summary.model import Summary
from warpack.gpu_runtime.trace.summary.text import from_json

KERNELS = Path(__file__).parent / "kernels"
NAMES = sorted(path.stem for path in KERNELS.glob("*.py"))


def run(requests: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """An answer for each request: `script`, and `order` of threads to record it, or `placed`, what the child of a proof
    is asked. What a script asserts may fail; with `may_fail` it may fail in any way."""
    ran = subprocess.run(
        [sys.executable, "-m", "tests.gpu_runtime.trace.recorded"],
        input=json.dumps(requests),
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **import_environment(), "NUMBA_ENABLE_CUDASIM": "1"},
    )
    assert ran.returncode == 0, ran.stderr
    answers: list[dict[str, Any]] = json.loads(ran.stdout)
    return answers


def record(requests: Sequence[tuple[Path, str]]) -> list[dict[str, Summary]]:
    """For each script and order of threads the summaries of its kernels, by name."""
    answers = run([{"script": str(path), "order": order} for path, order in requests])
    return [
        {one["kernel"]: from_json(one, str(path.parent)) for one in answer["summaries"]}
        for (path, _), answer in zip(requests, answers, strict=True)
    ]


def _answer(request: dict[str, Any]) -> dict[str, Any]:
    from warpack.gpu_runtime.trace.child import traced
    from warpack.gpu_runtime.trace.errors import TraceError
    from warpack.gpu_runtime.trace.proof.child import placed

    try:
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            if "placed" in request:
                return placed(request["script"], [], request["placed"])
            answer = traced(request["script"], [], request["order"])
    except TraceError as error:
        return {"trouble": str(error), "summaries": []}
    if not request.get("may_fail") and (answer.get("failed") or "AssertionError").partition(":")[0] != "AssertionError":
        raise SystemExit(f"{request['script']}: {answer['failed']}")
    return answer


if __name__ == "__main__":
    json.dump([_answer(request) for request in json.load(sys.stdin)], sys.stdout)
