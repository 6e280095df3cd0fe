"""The differential check on numba's CPU target: the child's side.
`python -m warpack.gpu_runtime.probe.backends.cpu_child` reads one JSON object (the emitted text, the driver's text, the
plan's arrays) and writes one.

Every run of the full block fills and checks its buffers through the emitted getters, compiled by numba with bounds
checks on, and after every step all bytes of the block are compared with the host's image. This is compiled code, typed
by numba, whereas the simulator runs Python. Threads run one after another, so the order between threads is not tested
here.
"""

from __future__ import annotations

import json
import sys
import traceback
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from warpack.gpu_runtime.child_process import die_with_parent
from warpack.gpu_runtime.compiler import load_module
from warpack.gpu_runtime.probe.backends.cpu_allocators import Handed, cpu_text, on_cpu
from warpack.gpu_runtime.probe.backends.cpu_driver_source import SEEN
from warpack.gpu_runtime.probe.checks.memory_image import Image
from warpack.gpu_runtime.probe.kernel.abi import ALLOCATORS, POISON
from warpack.gpu_runtime.probe.kernel.instructions import FIELDS, WIDTH, Op, Sharing
from warpack.gpu_runtime.probe.kernel.patterns import Bytes8, numpy_dtype, pool
from warpack.gpu_runtime.probe.kernel.primes import distinct_multipliers

MOST_EXAMPLES = 8
_BESIDE = 1024
"""Unused bytes on either side of the shared memory: a write beside it must not crash this process."""


def main() -> int:
    die_with_parent()
    json.dump(run_on_cpu(json.load(sys.stdin)), sys.stdout)
    return 0


def run_on_cpu(request: Mapping[str, Any]) -> dict[str, Any]:
    """`{"threads", "runs", "steps", "words", "wrong", "misfits", "image_bytes", "image_wrong", "examples",
    "error"}`."""
    block = _Block(request["plan"])
    result: dict[str, Any] = {
        "threads": block.threads, "runs": block.runs, "steps": 0, "words": 0, "wrong": 0, "misfits": 0,
        "image_bytes": 0, "image_wrong": 0, "examples": [], "error": None,
    }  # fmt: skip
    try:
        text, arrays = cpu_text(request["allocators"])
        block.hand_out(arrays)
        sys.modules[ALLOCATORS] = load_module(text, ALLOCATORS)
        driver: Any = load_module(request["driver"], "warpack_cpu_driver")
        for number in range(len(block.plan["scripts"])):
            block.script(driver, number, result)
    except Exception as error:  # whatever the code under test raises becomes a finding, with its full text
        message = str(error).strip().splitlines()
        result["error"] = {
            "message": f"{type(error).__name__}: {' '.join(message[:4])}",
            "trace": traceback.format_exception(error)[-4:],
        }
    return result


class _Block:
    """One whole block of threads. `plan` is the one that every back end runs, for all runs of the block in place of a
    few."""

    def __init__(self, plan: Mapping[str, Any]) -> None:
        shape = plan["shape"]
        self.threads: int = shape["threads"]
        self.runs: int = max(1, self.threads // shape["threads_per_run"])
        everyone = {"slots": list(range(self.runs)), "active": [self.runs]}
        multipliers = distinct_multipliers(self.runs + 1, plan["prime"])
        self.plan: dict[str, Any] = {
            **plan, "shape": {**shape, **everyone}, "multipliers": multipliers, "windows": [],
            "started": list(range(self.threads)),
        }  # fmt: skip
        self._multipliers = np.array(multipliers, dtype=np.int64)
        of_teams = ({thread // shape["threads_per_run"] for thread in team} for team in plan["teams"])
        self._takes_part = [np.array([run in runs for run in range(self.runs)]) for runs in of_teams]
        self._pools = [_with_zero(pool(name, plan["prime"])) for name in plan["elements"]]
        size = shape["dynamic_bytes"]
        self._allocated = np.full(size + 2 * _BESIDE, POISON, dtype=np.uint8)
        self._bytes: Bytes8 = self._allocated[_BESIDE : _BESIDE + size]
        self._memory: tuple[npt.NDArray[Any], ...] = ()

    def hand_out(self, arrays: Sequence[Handed]) -> None:
        """Makes what `cpu_module` calls MEMORY."""
        over_all = (_typed(self._bytes, name) if not size else _local(name, size) for name, size in arrays)
        self._memory = (np.array([0, self.threads]), *over_all)

    def script(self, driver: Any, number: int, result: dict[str, Any]) -> None:
        """Plays all steps of one script on fresh memory."""
        script = self.plan["scripts"][number]
        self._allocated[:] = POISON
        seen = np.zeros(len(SEEN), dtype=np.int64)
        seen[SEEN.index("row")] = -1
        image = Image(self.plan, script, 0, [item[:-1].view(np.uint8) for item in self._pools], None)
        driver.start(self._memory)
        for step in range(len(script["offsets"]) - 1):
            for row in range(script["offsets"][step], script["offsets"][step + 1]):
                self._row(driver, row, script["rows"][row * WIDTH : (row + 1) * WIDTH], seen)
            image.advance(step)
            result["steps"] += 1
            self._compare(image.memory, number, step, result)
        told = dict(zip(SEEN, (int(value) for value in seen), strict=True))
        for name in ("words", "wrong", "misfits"):
            result[name] += told[name]
        if told["row"] >= 0 and len(result["examples"]) < MOST_EXAMPLES:
            result["examples"].append(
                {"script": number, "row": told["row"], "element": told["element"], "thread": told["thread"]}
            )

    def _row(self, driver: Any, number: int, row: list[int], seen: npt.NDArray[np.int64]) -> None:
        """One row by every thread. Threads need no barrier here, and the two rows of an in-place pair are played one
        after the other."""
        of = dict(zip(FIELDS, row, strict=True))
        if of["op"] in (Op.SYNC, Op.PAUSE) or of["sharing"] == Sharing.THREAD:
            return
        ref, of_block, takes_part = of["ref"], of["sharing"] == Sharing.BLOCK, self._takes_part[of["team"]]
        if of["op"] == Op.ZERO:
            driver.ZEROS[ref](self._memory, ref, of_block, takes_part)
            return
        driver.PLAYS[ref](
            self._memory, number, of["op"], ref, of["size"], of["start"], of["count"], of["token"], of["first"],
            of["owner"], of_block, takes_part, self._multipliers[:-1], self._multipliers[-1], self.plan["prime"],
            self._pools[of["element"]], seen,
        )  # fmt: skip

    def _compare(self, want: Bytes8, script: int, step: int, result: dict[str, Any]) -> None:
        beside = np.concatenate([self._allocated[:_BESIDE], self._allocated[-_BESIDE:]])
        result["image_bytes"] += want.size
        wrong = np.flatnonzero(self._bytes != want)
        count = wrong.size + int((beside != POISON).sum())
        if not count:
            return
        result["image_wrong"] += count
        if wrong.size and len(result["examples"]) < MOST_EXAMPLES:
            byte = int(wrong[0])
            example = {"script": script, "step": step, "byte": byte, "want": int(want[byte])}
            result["examples"].append(example | {"got": int(self._bytes[byte])})


def _with_zero(patterns: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """The patterns in the CPU target's types, followed by a zero."""
    typed = patterns.view(numpy_dtype(on_cpu(patterns.dtype.name)))
    return np.append(typed, np.zeros(1, typed.dtype))


def _typed(memory: Bytes8, element: str) -> npt.NDArray[Any]:
    """All whole elements of one type that the memory holds."""
    dtype = numpy_dtype(on_cpu(element))
    return memory[: memory.size // dtype.itemsize * dtype.itemsize].view(dtype)


def _local(element: str, size: int) -> npt.NDArray[Any]:
    return np.full(size * numpy_dtype(on_cpu(element)).itemsize, POISON, np.uint8).view(numpy_dtype(on_cpu(element)))


if __name__ == "__main__":
    sys.exit(main())
