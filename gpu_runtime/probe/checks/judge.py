"""Compares what a launch reported and dumped with the plan: with numpy alone, no CUDA package.

A back end runs each `Launch` and hands it to a `Judge`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from warpack.gpu_runtime.probe.checks.memory_image import Image
from warpack.gpu_runtime.probe.kernel.abi import REPORT_WIDTH
from warpack.gpu_runtime.probe.kernel.patterns import Bytes8
from warpack.gpu_runtime.probe.plan.launches import Launch, Launches, guard_words

MOST_EXAMPLES = 8
"""The most faults of each kind that are listed; all are counted."""


class Judge:
    """Adds up the results of the launches of one pass; `result` is what `catalogue.findings_of` reads."""

    def __init__(self, launches: Launches, one: Mapping[str, Any]) -> None:
        self._of = launches
        self._images: dict[str, Any] = {"bytes": 0, "wrong": 0, "examples": []}
        self._guards: dict[str, Any] = {"bytes": 0, "wrong": 0, "examples": []}
        self.result: dict[str, Any] = {
            **one, "launches": 0, "words": 0, "finished": 0, "faults": [],
            "image": None if one["kind"] == "pattern" else self._images,
            "guards": self._guards if one["kind"] == "complement" else None,
        }  # fmt: skip

    def hold_against_plan(self, launch: Launch) -> None:
        """Compares one launch that has run with the plan."""
        self._reports(launch.report.reshape(self._of.blocks, self._of.threads, REPORT_WIDTH))
        if launch.dumping:
            self._dumps(launch)

    def _reports(self, report: npt.NDArray[np.int64]) -> None:
        """Reads what the threads report (`abi.REPORT_WIDTH`). Only threads that the plan starts count as finished; a
        back end that starts more must check those itself."""
        result = self.result
        result["launches"] += 1
        result["finished"] += int((report[:, self._of.plan["started"], 0] == 1).sum())
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

    def _dumps(self, launch: Launch) -> None:
        of, dynamic, all_bytes = self._of, self._of.dynamic_bytes, launch.dynamic_bytes
        guards = guard_words(dynamic, all_bytes)
        shown = launch.dump.reshape(of.blocks, launch.last - launch.first, of.dumped)
        for block in range(of.blocks):
            image = image_of(of, launch, block)
            steps = len(of.plan["scripts"][launch.script]["waits"])
            for step in range(steps):
                image.advance(step)
                if launch.first <= step < launch.last:
                    seen = shown[block, step - launch.first]
                    self._compare(self._images, seen, image.seen(), block, step, image.locate)
            final = launch.final[block * all_bytes : (block + 1) * all_bytes]
            self._compare(self._images, final[:dynamic], image.memory, block, steps, int)
            self._compare(self._guards, final[dynamic:], guards, block, steps, lambda at: dynamic + at)

    def _compare(
        self, images: dict[str, Any], shown: Bytes8, want: Bytes8, block: int, step: int, locate: Callable[[int], int]
    ) -> None:
        images["bytes"] += want.size
        if np.array_equal(shown, want):
            return
        wrong = np.flatnonzero(shown != want)
        images["wrong"] += wrong.size
        if len(images["examples"]) < MOST_EXAMPLES:
            first = int(wrong[0])
            images["examples"].append(
                {
                    "block": block,
                    "step": step,
                    "byte": locate(first),
                    "want": int(want[first]),
                    "got": int(shown[first]),
                }
            )


def image_of(launches: Launches, launch: Launch, block: int) -> Image:
    """The host's image of one block's memory in this launch, before its first step."""
    pools = [item.view(np.uint8) for item in launches.pools[launch.kind == "complement"]]
    script = launches.plan["scripts"][launch.script]
    return Image(launches.plan, script, block, pools, launches.raw if launch.kind == "bytes" else None)
