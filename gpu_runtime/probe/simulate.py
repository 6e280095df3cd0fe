"""Runs a probe in numba's CUDA simulator: the child's side. `python -m gpu_runtime.probe.simulate` reads one JSON object
(the emitted text, the kernel's text, the plan's arrays) and writes one (what happened). Nothing here knows a manifest.
"""

from __future__ import annotations

import json
import random
import sys
import traceback
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numba import cuda as numba_cuda

from gpu_runtime.probe.abi import CONFIG, ENTRY, POISON, REPORT_WIDTH
from gpu_runtime.probe.children import die_with_parent
from gpu_runtime.probe.image import Image
from gpu_runtime.probe.loading import load_both
from gpu_runtime.probe.patterns import Bytes8, pool, raw_pool
from gpu_runtime.probe.simulator import call_device_functions_directly, run_block

MOST_DUMP_BYTES = 64 << 20
"""A pass whose dumps are more than this is run several times, each time dumping other steps."""

MOST_EXAMPLES = 8
"""Of each kind of fault, so many are told one by one; all are counted."""


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
    """One request: the getters looked at one by one, then every pass."""

    def __init__(self, request: Mapping[str, Any]) -> None:
        self._plan: Mapping[str, Any] = request["plan"]
        self._shape: Mapping[str, Any] = self._plan["shape"]
        self._allocators, self._kernel = load_both(request["allocators"], request["kernel"])
        prime, elements = self._plan["prime"], self._plan["elements"]
        self._pools = {turned: [pool(name, prime, complement=turned) for name in elements] for turned in (False, True)}
        self._raw = raw_pool(prime)

    def run(self) -> dict[str, Any]:
        result: dict[str, Any] = {"views": None, "passes": [], "error": None}
        try:
            result["views"] = self._look()
            for one in self._plan["passes"]:
                result["passes"].append(self._pass(one))
        except Exception as error:  # whatever the code under test may raise is a finding, told in full
            result["error"] = {
                "during": len(result["passes"]) if result["views"] is not None else -1,
                "message": f"{type(error).__name__}: {error}",
                "trace": traceback.format_exception(error)[-6:],
            }
        return result

    def _block(self, kernel: Callable[..., None], arguments: Sequence[Any], block: int, order: Sequence[int]) -> Bytes8:
        return run_block(
            kernel, (self._allocators, self._kernel), arguments, block=block, blocks=len(self._shape["active"]),
            threads=self._shape["threads"], dynamic_bytes=self._shape["dynamic_bytes"], poison=POISON, order=order,
        ).memory  # fmt: skip

    def _look(self) -> dict[str, Any]:
        """Calls every getter for every run and compares address, length and alignment with the layout's."""
        module, shape, wrong, seen = self._allocators, self._shape, [], 0
        found: list[tuple[Mapping[str, Any], int, Any]] = []

        def look() -> None:
            for run in range(shape["threads"] // shape["threads_per_run"]):
                shared = module.window(run)
                for view in self._plan["views"]:
                    if view["region"] == "run":
                        found.append((view, run, getattr(module, view["identifier"])(shared)))
                    elif view["region"] == "block" and run == 0:
                        found.append((view, run, getattr(module, view["identifier"])()))

        memory = self._block(look, (), 0, [0])
        base = memory.__array_interface__["data"][0]
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
        script = self._plan["scripts"][one["script"]]
        kind, steps = one["kind"], len(self._plan["barriers"])
        dumped = sum(end - start for start, end in self._plan["windows"])
        at_once = steps
        if kind != "pattern" and dumped:
            at_once = max(1, min(steps, MOST_DUMP_BYTES // (dumped * len(self._shape["active"]))))
        result: dict[str, Any] = {**one, "launches": 0, "words": 0, "finished": 0, "faults": [], "image": None}
        images = {"bytes": 0, "wrong": 0, "examples": []}
        for start in range(0, steps, at_once):
            self._launch(script, kind, (start, min(steps, start + at_once)), dumped, result, images)
            if kind == "pattern":
                break
        if kind != "pattern":
            result["image"] = images
        return result

    def _launch(
        self, script: Mapping[str, Any], kind: str, dumps: tuple[int, int], dumped: int,
        result: dict[str, Any], images: dict[str, Any],
    ) -> None:  # fmt: skip
        """One launch of all blocks, dumping the steps of `dumps`; adds what it saw to `result` and `images`."""
        shape, steps = self._shape, len(self._plan["barriers"])
        blocks, threads, dynamic = len(shape["active"]), shape["threads"], shape["dynamic_bytes"]
        pools, dumping = self._pools[kind == "complement"], kind != "pattern"
        values = {
            "steps": steps, "lanes": shape["lanes"], "slots": len(shape["slots"]), "raw": int(kind == "bytes"),
            "descending": int(kind == "complement"), "prime": self._plan["prime"], "dump": int(dumping),
            "dump_from": dumps[0], "dump_to": dumps[1], "windows": len(self._plan["windows"]), "dump_bytes": dumped,
            "run_base": shape["run_base_bytes"], "stride": shape["stride_bytes"], "helpers": shape["helpers"],
        }  # fmt: skip
        span = dumps[1] - dumps[0]
        dump = np.zeros(blocks * span * dumped if dumping else 0, dtype=np.uint8)
        final = np.zeros(blocks * dynamic if dumping else 0, dtype=np.uint8)
        report = np.zeros(blocks * threads * REPORT_WIDTH, dtype=np.int64)
        windows = [edge for window in self._plan["windows"] for edge in window]
        arguments = (
            script["rows"], script["offsets"], self._plan["barriers"], [values[name] for name in CONFIG],
            self._plan["slot_of_run"], shape["active"], self._plan["multipliers"], windows,
            self._raw, dump, final, report, *pools,
        )  # fmt: skip
        for block in range(blocks):
            self._block(getattr(self._kernel, ENTRY), arguments, block, _order(kind, self._plan["started"], block))
        _add_report(result, report.reshape(blocks, threads, REPORT_WIDTH))
        if dumping:
            shown = dump.reshape(blocks, span, dumped)
            for block in range(blocks):
                image = Image(
                    self._plan,
                    script,
                    block,
                    [item.view(np.uint8) for item in pools],
                    self._raw if kind == "bytes" else None,
                )
                for step in range(steps):
                    image.advance(step)
                    if dumps[0] <= step < dumps[1]:
                        _compare(images, shown[block, step - dumps[0]], image.seen(), block, step, image.locate)
                _compare(images, final[block * dynamic : (block + 1) * dynamic], image.memory, block, steps, int)


def _order(kind: str, started: Sequence[int], block: int) -> list[int]:
    """The order in which a block's threads get their turn."""
    order = list(started)
    if kind == "complement":
        order.reverse()
    elif kind == "bytes":
        random.Random(len(order) + block).shuffle(order)  # noqa: S311
    return order


def _add_report(result: dict[str, Any], report: np.ndarray[Any, Any]) -> None:
    """What the threads report: see `kernel.REPORT_WIDTH`."""
    result["launches"] += 1
    result["finished"] += int((report[:, :, 0] == 1).sum())
    result["words"] += int(report[:, :, 1].sum())
    for block, thread in np.argwhere((report[:, :, 2] > 0) | (report[:, :, 6] > 0) | (report[:, :, 7] > 0)):
        if len(result["faults"]) < MOST_EXAMPLES:
            _, _, wrong, row, element, step, misfits, numbering = (int(value) for value in report[block, thread])
            result["faults"].append(
                {
                    "block": int(block), "thread": int(thread), "wrong": wrong, "row": row, "element": element,
                    "step": step, "misfits": misfits, "numbering": numbering,
                }
            )  # fmt: skip


def _compare(
    images: dict[str, Any], shown: Bytes8, want: Bytes8, block: int, step: int, locate: Callable[[int], int]
) -> None:
    images["bytes"] += want.size
    if np.array_equal(shown, want):
        return
    wrong = np.flatnonzero(shown != want)
    images["wrong"] += wrong.size
    if len(images["examples"]) < MOST_EXAMPLES:
        first = int(wrong[0])
        images["examples"].append(
            {"block": block, "step": step, "byte": locate(first), "want": int(want[first]), "got": int(shown[first])}
        )


if __name__ == "__main__":
    sys.exit(main())
