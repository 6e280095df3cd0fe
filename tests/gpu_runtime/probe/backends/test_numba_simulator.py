"""The simulator's own rules, each broken once: in a process of its own, since numba's mode is set when it is
imported."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from tests.helpers.processes import PATIENCE_S

HEAD = """
import sys
from types import ModuleType
from numba import cuda, types
from warpack.gpu_runtime.probe.backends.numba_simulator import run_block
module = sys.modules[__name__]
def run(kernel, threads=4, order=None):
    return run_block(kernel, [module], (), block=0, blocks=1, threads=threads, dynamic_bytes=10, poison=0xA5,
                     order=range(threads) if order is None else order).memory
"""

BREAKS = {
    "too many threads": ("def k(): pass\nrun(k, threads=1056)", "1056 threads in a block, at most 1024"),
    "static shared memory": ("def k(): cuda.shared.array(4, types.int32)\nrun(k)", "static shared array"),
    "an alignment that is none": ("def k(): cuda.shared.array(0, types.int32, alignment=12)\nrun(k)", "alignment 12"),
    "divergent barriers": (
        "def k():\n    cuda.syncthreads() if cuda.threadIdx.x else cuda.syncwarp()\nrun(k)",
        "divergent barrier",
    ),
    "a barrier of half a run": (
        "def k():\n    cuda.syncwarp(3) if cuda.threadIdx.x == 0 else cuda.syncwarp(2) if cuda.threadIdx.x == 1 else None\nrun(k)",
        "divergent barrier",
    ),
    "a mask without oneself": ("def k(): cuda.syncwarp(1 << (cuda.threadIdx.x + 1) % 4)\nrun(k)", "leaves it out"),
    "an index past the end": ("def k(): cuda.shared.array(0, types.int32)[2] = 1\nrun(k)", "IndexError"),
}

KEEPS = {
    "memory is poisoned and of exactly its size": "def k(): pass\nassert bytes(run(k)) == b'\\xa5' * 10",
    "threads get their turns in the order asked for": (
        "seen = []\ndef k():\n    seen.append(cuda.threadIdx.x)\n    cuda.syncthreads()\n    seen.append(-cuda.threadIdx.x)\n"
        "run(k, order=[2, 0, 3, 1])\nassert seen == [2, 0, 3, 1, -2, 0, -3, -1]"
    ),
    "a run's threads wait for one another alone": (
        "def k(): cuda.syncwarp(3 if cuda.threadIdx.x < 2 else 12)\nrun(k)"
    ),
    "threads that have ended hold no barrier up": (
        "def k():\n    if cuda.threadIdx.x < 3: cuda.syncthreads()\nrun(k)"
    ),
    "a view has the whole elements that fit": "def k(): assert cuda.shared.array(0, types.int32).size == 2\nrun(k)",
}  # fmt: skip


FORKED = """
import json, os, sys, tempfile, traceback
from numba import cuda, types
from warpack.gpu_runtime.probe.backends import numba_simulator
ended = {}
for name, text in json.load(sys.stdin).items():
    with tempfile.TemporaryFile("w+") as said:
        if not (child := os.fork()):
            code = 0
            try:
                exec(text)
            except Exception:
                traceback.print_exc(file=said)
                code = 1
            said.flush()
            os._exit(code)
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        said.seek(0)
        ended[name] = code, said.read()
json.dump(ended, sys.stdout)
"""
"""Each text in a process of its own, forked from one that has numba imported."""


@pytest.fixture(scope="module")
def ended() -> dict[str, tuple[int, str]]:
    """How each text ended and what it said."""
    texts = {name: HEAD + text for name, (text, _) in BREAKS.items()} | {"kept": HEAD + "\n".join(KEEPS.values())}
    environment = os.environ | {"NUMBA_ENABLE_CUDASIM": "1", "PYTHONPATH": os.pathsep.join(sys.path)}
    program = [sys.executable, "-c", FORKED]
    done = subprocess.run(
        program, input=json.dumps(texts), env=environment, capture_output=True, text=True, timeout=PATIENCE_S
    )
    assert done.returncode == 0, done.stderr
    return {name: (code, said) for name, (code, said) in json.loads(done.stdout).items()}


@pytest.mark.parametrize("name", BREAKS)
def test_what_no_gpu_would_do_is_an_error(name: str, ended: dict[str, tuple[int, str]]) -> None:
    code, said = ended[name]
    assert code == 1
    assert BREAKS[name][1] in said


def test_what_a_gpu_does_works(ended: dict[str, tuple[int, str]]) -> None:
    assert ended["kept"] == (0, "")
