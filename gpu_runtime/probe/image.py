"""The image check: what every byte of a block's dynamic shared memory must be after each step, from the plan alone.

The plan's addresses come from the layout. The kernel reaches memory through the emitted getters. Getters that agree with
one another, but not with the layout, write where this model says there is poison, or leave poison where it says pattern.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from gpu_runtime.probe.abi import POISON
from gpu_runtime.probe.patterns import Bytes8
from gpu_runtime.probe.rows import FIELDS, WIDTH, Op, Sharing

_AT = {name: number for number, name in enumerate(FIELDS)}


class Image:
    """One block's memory, written by the host. `pools` hold each element type's patterns as bytes, `raw` those of the
    pass that sees bytes (None: the pass goes through the getters). Bytes beyond the memory's end fall away."""

    def __init__(
        self, plan: Mapping[str, Any], script: Mapping[str, Any], block: int, pools: list[Bytes8], raw: Bytes8 | None
    ) -> None:
        shape = plan["shape"]
        self._rows = np.asarray(script["rows"], dtype=np.int64).reshape(-1, WIDTH)
        self._offsets: list[int] = script["offsets"]
        self._pools, self._raw, self._prime = pools, raw, int(plan["prime"])
        slots = shape["slots"]
        multipliers = plan["multipliers"][block * (len(slots) + 1) :]
        base, stride = shape["run_base_bytes"], shape["stride_bytes"]
        self._runs = [(base + stride * slots[slot], multipliers[slot]) for slot in range(shape["active"][block])]
        self._block = (0, multipliers[len(slots)])
        self._windows: list[tuple[int, int]] = [(start, end) for start, end in plan["windows"]]
        self.memory: Bytes8 = np.full(shape["dynamic_bytes"], POISON, dtype=np.uint8)
        every_run = sorted({thread // shape["threads_per_run"] for thread in plan["started"]})
        for of_block, address, size in plan["entry_zeros"]:
            for origin in [0] if of_block else [base + stride * run for run in every_run]:
                self.memory[origin + address : origin + address + size] = 0

    def advance(self, step: int) -> None:
        """Does what the rows of one step write."""
        for row in self._rows[self._offsets[step] : self._offsets[step + 1]]:
            op, sharing = row[_AT["op"]], row[_AT["sharing"]]
            if op not in (Op.FILL, Op.ZERO) or sharing == Sharing.THREAD:
                continue
            for origin, multiplier in [self._block] if sharing == Sharing.BLOCK else self._runs:
                start = origin + int(row[_AT["address"]])
                if op == Op.ZERO:
                    self.memory[start : start + int(row[_AT["count"]] * row[_AT["itemsize"]])] = 0
                else:
                    contents = self._contents(row, multiplier)
                    self.memory[start : start + contents.size] = contents[: max(0, self.memory.size - start)]

    def _contents(self, row: npt.NDArray[np.int64], multiplier: int) -> Bytes8:
        itemsize, count = int(row[_AT["itemsize"]]), int(row[_AT["count"]])
        first = int(row[_AT["token"]]) * multiplier + int(row[_AT["first"]])
        indices = (first + np.arange(count)) % self._prime
        source = self._pools[int(row[_AT["element"]])] if self._raw is None else self._raw[: self._prime * itemsize]
        return source.reshape(-1, itemsize)[indices].reshape(-1)

    def seen(self) -> Bytes8:
        """The bytes of the windows that a dump shows, one window behind the other."""
        return np.concatenate([self.memory[start:end] for start, end in self._windows] or [self.memory[:0]])

    def locate(self, position: int) -> int:
        """The byte of the block's memory that stands at `position` of a dump."""
        for start, end in self._windows:
            if position < end - start:
                return start + position
            position -= end - start
        raise IndexError(position)
