"""Runs a probe in numba's CUDA simulator: the child's side.
`python -m warpack.gpu_runtime.probe.backends.simulate_child` reads one JSON object (the emitted text, the kernel's
text, the plan's arrays) and writes one (what happened). Nothing here knows a manifest.
"""

from __future__ import annotations

import json
import random
import sys
import traceback
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from numba import cuda as numba_cuda

from warpack.gpu_runtime.child_process import die_with_parent
from warpack.gpu_runtime.probe.backends.module_loading import load_both
from warpack.gpu_runtime.probe.backends.numba_simulator import call_device_functions_directly, run_block
from warpack.gpu_runtime.probe.checks.judge import MOST_EXAMPLES, Judge
from warpack.gpu_runtime.probe.checks.shadow import shadow
from warpack.gpu_runtime.probe.kernel.abi import ENTRY, GUARD_BYTES, POISON
from warpack.gpu_runtime.probe.kernel.patterns import Bytes8
from warpack.gpu_runtime.probe.plan.launches import Launches, guard_words


def main() -> int:
    die_with_parent()
    cuda: Any = numba_cuda  # its typed surface leaves out what it exports at run time
    if not cuda.config.ENABLE_CUDASIM:
        print("numba's simulator is off: NUMBA_ENABLE_CUDASIM=1 must be set before the start", file=sys.stderr)
        return 2
    request = json.load(sys.stdin)
    call_device_functions_directly()
    json.dump(Simulation(request).run(), sys.stdout)
    return 0


class Simulation:
    """One request: checks the getters one by one, then runs every pass."""

    def __init__(self, request: Mapping[str, Any]) -> None:
        self._plan: Mapping[str, Any] = request["plan"]
        self._shape: Mapping[str, Any] = self._plan["shape"]
        self._allocators, self._kernel = load_both(request["allocators"], request["kernel"])
        self._launches = Launches(self._plan, guard_bytes=GUARD_BYTES)

    def run(self) -> dict[str, Any]:
        result: dict[str, Any] = {
            "asked": self._plan["passes"], "views": None, "passes": [], "error": None, "shadow": None,
        }  # fmt: skip
        try:
            result["shadow"] = shadow(self._plan)
            result["views"] = self._look()
            for one in self._plan["passes"]:
                result["passes"].append(self._pass(one))
        except Exception as error:  # whatever the code under test raises becomes a finding, with its full text
            result["error"] = {
                "during": len(result["passes"]) if result["views"] is not None else -1,
                "message": f"{type(error).__name__}: {error}",
                "trace": traceback.format_exception(error)[-6:],
            }
        return result

    def _block(
        self, kernel: Callable[..., None], arguments: Sequence[Any], block: int, order: Sequence[int], shared_bytes: int,
        slow: Collection[int] = (),
    ) -> Bytes8:  # fmt: skip
        return run_block(
            kernel, (self._allocators, self._kernel), arguments, block=block, blocks=len(self._shape["active"]),
            threads=self._shape["threads"], dynamic_bytes=shared_bytes, poison=POISON, order=order, slow=slow,
            guards=guard_words(self._shape["dynamic_bytes"], shared_bytes),
        ).memory  # fmt: skip

    def _look(self) -> dict[str, Any]:
        """Calls every getter for every run and compares address, length and alignment with the layout's."""
        module, shape, wrong, seen = self._allocators, self._shape, [], 0
        found: list[tuple[Mapping[str, Any], int, Any]] = []

        def look() -> None:
            for run in range(shape["threads"] // shape["threads_per_run"]):
                memory = module.thread_memory(run)
                for view in self._plan["views"]:
                    slot = [] if view["slot"] is None else [view["slot"]]
                    if view["region"] == "run" or run == 0:
                        found.append((view, run, getattr(module, view["identifier"])(memory, *slot)))

        bytes_of_block = self._block(look, (), 0, [0], shape["dynamic_bytes"])
        base = bytes_of_block.__array_interface__["data"][0]
        for view, run, array in found:
            seen += 1
            start = array.__array_interface__["data"][0] - base
            want = view["address"]
            if view["region"] == "run":
                want += shape["run_base_bytes"] + shape["stride_bytes"] * run
            placed = not view["count"] or (start == want and start % view["alignment"] == 0)
            if not placed or array.size != view["count"] or array.itemsize != view["itemsize"]:
                wrong.append({"ref": view["ref"], "run": run, "start": start, "want": want, "count": array.size})
        return {"seen": seen, "wrong": len(wrong), "examples": wrong[:MOST_EXAMPLES]}

    def _pass(self, one: Mapping[str, Any]) -> dict[str, Any]:
        kernel, judge = getattr(self._kernel, ENTRY), Judge(self._launches, one)
        for launch in self._launches.of(one):
            for block in range(self._launches.blocks):
                order = _order(launch.kind, self._plan["started"], block)
                slow = _slow(launch.kind, order, block)
                self._block(kernel, launch.arguments, block, order, launch.dynamic_bytes, slow)
            judge.hold_against_plan(launch)
        return judge.result


def _order(kind: str, started: Sequence[int], block: int) -> list[int]:
    """The order in which a block's threads get their turn."""
    order = list(started)
    if kind == "complement":
        order.reverse()
    elif kind == "bytes":
        random.Random(len(order) + block).shuffle(order)  # noqa: S311  (an order, no secret)
    return order


def _slow(kind: str, order: Sequence[int], block: int) -> Sequence[int]:
    """The threads that run as far behind the others as the barriers allow. Where memory is dumped after every step,
    there are none."""
    if kind != "pattern":
        return ()
    return order[-1:] if block == 0 else order[1:]


if __name__ == "__main__":
    sys.exit(main())
