"""Many scripts recorded in one process: numba is imported once.

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

from warpack.gpu_runtime.interpreter import import_environment
from warpack.gpu_runtime.trace.summary.model import Summary
from warpack.gpu_runtime.trace.summary.text import from_json

KERNELS = Path(__file__).parent / "kernels"
NAMES = sorted(path.stem for path in KERNELS.glob("*.py"))


def record(requests: Sequence[tuple[Path, str]]) -> list[dict[str, Summary]]:
    """For each script and order of threads the summaries of its kernels, by name. What a script asserts may fail."""
    asked = json.dumps([[str(path), order] for path, order in requests])
    ran = subprocess.run(
        [sys.executable, "-m", "tests.gpu_runtime.trace.recorded"],
        input=asked,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **import_environment(), "NUMBA_ENABLE_CUDASIM": "1"},
    )
    assert ran.returncode == 0, ran.stderr
    answers = json.loads(ran.stdout)
    return [
        {one["kernel"]: from_json(one, str(path.parent)) for one in answer}
        for (path, _), answer in zip(requests, answers, strict=True)
    ]


def _answers() -> None:
    from warpack.gpu_runtime.trace.child import traced

    answers = []
    for path, order in json.load(sys.stdin):
        with contextlib.redirect_stdout(io.StringIO()):
            answer = traced(path, [], order)
        if answer.get("failed", "AssertionError").partition(":")[0] != "AssertionError":
            raise SystemExit(f"{path}: {answer['failed']}")
        answers.append(answer["summaries"])
    json.dump(answers, sys.stdout)


if __name__ == "__main__":
    _answers()
