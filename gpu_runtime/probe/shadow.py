"""The shadow check: who touches which byte, and whether a barrier stands between, on the plan alone.

Every byte of dynamic shared memory has a shadow: its last writer, and who has read it since, each with the barriers that the
thread had passed by then. Two threads that touch one byte, at least one of them writing, with no barrier between that
covers both, are a finding, whatever the pattern checks saw: in a simulator they may well come out in the right order.

The whole block of threads takes part, not only those that a simulator starts. How threads share out a piece's elements is the
kernel's affair and not the layout's, so it is done in three ways (`ORDERS`). In the third, two pieces at the same bytes are
shared out differently, save where an in-place pair promises one thread per element. Where windows lie apart from one
another and from the block region, one run's window stands for all.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from gpu_runtime.probe.rows import FIELDS, WIDTH, Op, Sharing

Ints = npt.NDArray[np.int64]

ORDERS = ("forward", "reversed", "shuffled")
MOST_EXAMPLES = 8

_AT = {name: number for number, name in enumerate(FIELDS)}
_NOBODY, _SEVERAL = -1, -2


def shadow(plan: Mapping[str, Any]) -> dict[str, Any]:
    """`{"accesses": bytes touched, "threads", "runs", "orders", "wrong": unordered pairs, "examples": [...]}`; `plan` as
    `request.arrays` makes it."""
    shape = plan["shape"]
    result: dict[str, Any] = {
        "accesses": 0, "threads": shape["threads"], "runs": shape["threads"] // shape["threads_per_run"],
        "orders": list(ORDERS), "wrong": 0, "examples": [],
    }  # fmt: skip
    for number, script in enumerate(plan["scripts"]):
        rows = [tuple(script["rows"][at : at + WIDTH]) for at in range(0, len(script["rows"]), WIDTH)]
        for order in ORDERS:
            _Walk(plan, rows, script["offsets"], order, result, number).walk()
    return result


class _Walk:
    """One script, its elements shared out in one order."""

    def __init__(
        self, plan: Mapping[str, Any], rows: list[tuple[int, ...]], offsets: list[int], order: str,
        result: dict[str, Any], script: int,
    ) -> None:  # fmt: skip
        shape = plan["shape"]
        self._rows, self._offsets, self._barriers = rows, offsets, plan["barriers"]
        self._order, self._result, self._script = order, result, script
        self._size, self._threads, self._lanes = shape["dynamic_bytes"], shape["threads"], shape["threads_per_run"]
        runs = range(max(1, self._threads // self._lanes))
        self._base, self._stride = shape["run_base_bytes"], shape["stride_bytes"]
        self._runs = runs[:1] if self._windows_apart() else runs
        self._leaders = _partners(rows)
        self._epoch = {"block": 0, "run": 0}
        self._writer, self._reader = np.full(self._size, _NOBODY), np.full(self._size, _NOBODY)
        self._written, self._read = np.zeros((2, self._size), np.int64), np.zeros((2, self._size), np.int64)
        self._wrote_cell = np.full(self._size, _NOBODY)

    def _windows_apart(self) -> bool:
        """Whether no run reaches into another's window, nor into the block region."""
        ends = dict.fromkeys(Sharing, 0)
        for row in self._rows:
            sharing = Sharing(row[_AT["sharing"]])
            ends[sharing] = max(ends[sharing], row[_AT["address"]] + row[_AT["count"]] * row[_AT["itemsize"]])
        return bool(ends[Sharing.BLOCK] <= self._base and ends[Sharing.RUN] <= self._stride)

    def walk(self) -> None:
        for step, barrier in enumerate(self._barriers):
            if barrier:
                self._epoch["block" if barrier >= 2 else "run"] += 1
            for row in self._rows[self._offsets[step] : self._offsets[step + 1]]:
                op = row[_AT["op"]]
                if op == Op.SYNC:
                    self._epoch["block"] += 1
                elif op != Op.PAUSE and row[_AT["sharing"]] != Sharing.THREAD and row[_AT["count"]]:
                    self._row(step, row, writes=op in (Op.FILL, Op.ZERO))

    def _row(self, step: int, row: tuple[int, ...], *, writes: bool) -> None:
        """A run's row for one run after the other, should their windows overlap; each byte then is in one place once."""
        count, itemsize = row[_AT["count"]], row[_AT["itemsize"]]
        bytes_of = row[_AT["address"]] + np.arange(count * itemsize)
        elements = np.repeat(np.arange(count), itemsize)
        if row[_AT["sharing"]] == Sharing.BLOCK:
            self._touch(step, row, bytes_of, self._who(row, elements, self._threads), writes=writes)
            return
        lanes = self._who(row, elements, self._lanes)
        for run in self._runs:
            self._touch(step, row, self._base + self._stride * run + bytes_of, lanes + run * self._lanes, writes=writes)

    def _who(self, row: tuple[int, ...], elements: Ints, threads: int) -> Ints:
        """Which thread of those that share the piece does each element. Zero functions go by the element's index."""
        if row[_AT["op"]] == Op.ZERO:
            return elements % threads
        share = (row[_AT["owner"]] + elements) % threads
        if self._order == "reversed":
            return threads - 1 - share
        if self._order == "shuffled":
            mixed = list(range(threads))
            random.Random(self._leaders.get(row[_AT["cell"]], row[_AT["cell"]])).shuffle(mixed)  # noqa: S311  (an order, no secret)
            return np.array(mixed)[share]
        return share

    def _touch(self, step: int, row: tuple[int, ...], at: Ints, who: Ints, *, writes: bool) -> None:
        inside = at < self._size
        if not inside.all():
            at, who = at[inside], who[inside]
        self._result["accesses"] += at.size
        writer = self._writer[at]
        of_run = row[_AT["sharing"]] == Sharing.RUN
        wrong = (writer != _NOBODY) & (writer != who) & self._unordered(self._written[:, at], writer, who, of_run)
        if writes:
            reader = self._reader[at]
            wrong |= (reader != _NOBODY) & (reader != who) & self._unordered(self._read[:, at], reader, who, of_run)
            self._note(step, row, at, who, wrong, np.where(reader != _NOBODY, reader, writer))
            self._writer[at], self._reader[at], self._wrote_cell[at] = who, _NOBODY, row[_AT["cell"]]
            self._written[:, at] = [[self._epoch["block"]], [self._epoch["run"]]]
        else:
            self._note(step, row, at, who, wrong, writer)
            reader = self._reader[at]
            since = (reader != _NOBODY) & self._unordered(self._read[:, at], reader, who, of_run)
            self._reader[at] = np.where(since & (reader != who), _SEVERAL, who)
            self._read[:, at] = [[self._epoch["block"]], [self._epoch["run"]]]

    def _unordered(self, then: Ints, earlier: Ints, who: Ints, of_run: bool) -> Any:
        """Whether no barrier has stood since that covers both: the block's does, and a run's for two of its threads."""
        one_run = (earlier // self._lanes == who // self._lanes) | (earlier == _SEVERAL) & (
            of_run and len(self._runs) == 1
        )
        return (then[0] == self._epoch["block"]) & (~one_run | (then[1] == self._epoch["run"]))

    def _note(self, step: int, row: tuple[int, ...], at: Ints, who: Ints, wrong: Any, others: Ints) -> None:
        count = int(wrong.sum())
        if not count:
            return
        self._result["wrong"] += count
        if len(self._result["examples"]) < MOST_EXAMPLES:
            first = int(np.flatnonzero(wrong)[0])
            byte = int(at[first])
            self._result["examples"].append(
                {
                    "script": self._script, "order": self._order, "step": step, "byte": byte, "cell": row[_AT["cell"]],
                    "other_cell": int(self._wrote_cell[byte]), "thread": int(who[first]), "other_thread": int(others[first]),
                }
            )  # fmt: skip


def _partners(rows: list[tuple[int, ...]]) -> dict[int, int]:
    """A leader for every piece that takes part in an in-place pair, the same for all that hand their elements on."""
    leaders: dict[int, int] = {}

    def leader(cell: int) -> int:
        while leaders.setdefault(cell, cell) != cell:
            cell = leaders[cell]
        return cell

    for row, following in pairwise(rows):
        if row[_AT["paired"]]:
            leaders[leader(row[_AT["cell"]])] = leader(following[_AT["cell"]])
    return {cell: leader(cell) for cell in leaders}
