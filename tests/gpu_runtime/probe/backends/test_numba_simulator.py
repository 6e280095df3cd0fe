"""The simulator's own rules, each broken once: in a process of its own, since numba's mode is set when it is
imported."""

from __future__ import annotations

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


def simulate(text: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"NUMBA_ENABLE_CUDASIM": "1", "PYTHONPATH": os.pathsep.join(sys.path)}
    return subprocess.run(
        [sys.executable, "-c", HEAD + text], env=environment, capture_output=True, text=True, timeout=PATIENCE_S
    )


@pytest.mark.parametrize("name", BREAKS)
def test_what_no_gpu_would_do_is_an_error(name: str) -> None:
    text, message = BREAKS[name]
    done = simulate(text)
    assert done.returncode == 1
    assert message in done.stderr


def test_what_a_gpu_does_works() -> None:
    done = simulate("\n".join(KEEPS.values()))
    assert done.returncode == 0, done.stderr
