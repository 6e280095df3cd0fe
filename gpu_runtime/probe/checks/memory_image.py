"""The image check: what every byte of a block's dynamic shared memory must be after each step, from the plan alone.

The plan's addresses come from the layout. The kernel reaches memory through the emitted getters. Getters that agree
with one another but not with the layout write where this model has poison, or leave poison where it has a pattern.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from warpack.gpu_runtime.probe.kernel.abi import POISON
from warpack.gpu_runtime.probe.kernel.instructions import FIELDS, WIDTH, Op, Sharing
from warpack.gpu_runtime.probe.kernel.patterns import Bytes8

_AT: dict[str, int] = {name: number for number, name in enumerate(FIELDS)}


class Image:
    """One block's memory, written by the host. `pools` hold each element type's patterns as bytes, `raw` those of the
    pass that sees bytes (None: the pass goes through the getters). Bytes beyond the memory's end fall away."""

    def __init__(
        self, plan: Mapping[str, Any], script: Mapping[str, Any], block: int, pools: list[Bytes8], raw: Bytes8 | None
    ) -> None:
        shape = plan["shape"]
        self._rows = [tuple(script["rows"][at : at + WIDTH]) for at in range(0, len(script["rows"]), WIDTH)]
        self._offsets: list[int] = script["offsets"]
        self._pools, self._raw, self._prime = pools, raw, int(plan["prime"])
        slots = shape["slots"]
        multipliers = plan["multipliers"][block * (len(slots) + 1) :]
        base, stride = shape["run_base_bytes"], shape["stride_bytes"]
        active = slots[: shape["active"][block]]
        self._runs = [
            _Copies([(base + stride * run, multipliers[slot]) for slot, run in enumerate(active) if run in runs])
            for runs in ({thread // shape["threads_per_run"] for thread in team} for team in plan["teams"])
        ]
        self._block = _Copies([(0, multipliers[len(slots)])])
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
            copies = self._block if sharing == Sharing.BLOCK else self._runs[row[_AT["team"]]]
            size = row[_AT["count"]] * row[_AT["itemsize"]]
            places = copies.origins + row[_AT["address"]] + np.arange(size)
            contents = np.uint8(0) if op == Op.ZERO else self._contents(row, copies.multipliers)
            if places.size and places.max() >= self.memory.size:
                inside = places < self.memory.size
                self.memory[places[inside]] = np.broadcast_to(contents, places.shape)[inside]
            else:
                self.memory[places] = contents

    def _contents(self, row: tuple[int, ...], multipliers: npt.NDArray[np.int64]) -> Bytes8:
        """The bytes of each copy, a line per copy."""
        itemsize, count = row[_AT["itemsize"]], row[_AT["count"]]
        indices = (row[_AT["token"]] * multipliers + row[_AT["first"]] + np.arange(count)) % self._prime
        source = self._pools[row[_AT["element"]]] if self._raw is None else self._raw[: self._prime * itemsize]
        lines: Bytes8 = source.reshape(-1, itemsize)[indices].reshape(len(multipliers), count * itemsize)
        return lines

    def seen(self) -> Bytes8:
        """The bytes of the windows that a dump shows, one window after the other."""
        return np.concatenate([self.memory[start:end] for start, end in self._windows] or [self.memory[:0]])

    def locate(self, position: int) -> int:
        """The byte of the block's memory that stands at `position` of a dump."""
        for start, end in self._windows:
            if position < end - start:
                return start + position
            position -= end - start
        raise IndexError(position)


class _Copies:
    """The start of each copy of a piece's region, and its multiplier: columns, to be combined with rows of bytes."""

    def __init__(self, copies: list[tuple[int, int]]) -> None:
        self.origins = np.array([origin for origin, _ in copies], dtype=np.int64).reshape(-1, 1)
        self.multipliers = np.array([multiplier for _, multiplier in copies], dtype=np.int64).reshape(-1, 1)
