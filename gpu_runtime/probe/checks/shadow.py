"""The shadow check: which threads touch which byte, and whether a barrier stands between; on the plan alone.

Every byte of dynamic shared memory has a shadow: its last writer, and who has read it since, each with the barriers
that the thread had passed by then. It is a finding if two threads touch one byte, at least one of them writes, and no
barrier between covers both. The pattern checks may miss that: in a simulator the two may well run in the right order.

The whole block of threads takes part, not only those that a simulator starts. The kernel, not the layout, decides which
thread does which element of a piece, so the check tries several distributions (`ORDERS`). In the third, two pieces at
the same bytes are distributed differently, except where an in-place pair promises one thread per element. In the
fourth, any thread may touch any element, and be as far behind as the barriers allow; an asynchronous piece must have a
proxy fence before it. If windows overlap neither one another nor block-scoped buffers, and all runs do the same, one
run's window represents all.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import numpy as np

from warpack.gpu_runtime.probe.checks.shadow_barriers import Bools, Ints, Passed, in_place_leaders
from warpack.gpu_runtime.probe.checks.shadow_slowest import Slowest
from warpack.gpu_runtime.probe.kernel.instructions import FIELDS, WIDTH, Op, Sharing

ORDERS = ("forward", "reversed", "shuffled", "slowest")
MOST_EXAMPLES = 8

_AT = {name: number for number, name in enumerate(FIELDS)}
_NOBODY, _SEVERAL = -1, -2


def shadow(plan: Mapping[str, Any]) -> dict[str, Any]:
    """`{"accesses": bytes touched, "threads", "runs", "orders", "wrong": unordered pairs, "examples":
    [...]}`; `plan` as `plan_as_json.arrays` makes it."""
    shape = plan["shape"]
    result: dict[str, Any] = {
        "accesses": 0, "threads": shape["threads"], "runs": shape["threads"] // shape["threads_per_run"],
        "orders": list(ORDERS), "wrong": 0, "examples": [],
    }  # fmt: skip
    for number, script in enumerate(plan["scripts"]):
        rows = [tuple(script["rows"][at : at + WIDTH]) for at in range(0, len(script["rows"]), WIDTH)]
        for order in ORDERS:
            walk = _Walk(plan, rows, script, order, result, number)
            if walk.each_alone():
                result["accesses"] += walk.count() * len(ORDERS)
                break
            walk.walk()
    return result


class _Walk:
    """One script, with its elements distributed in one order."""

    def __init__(
        self, plan: Mapping[str, Any], rows: list[tuple[int, ...]], script: Mapping[str, Any], order: str,
        result: dict[str, Any], number: int,
    ) -> None:  # fmt: skip
        shape = plan["shape"]
        self._rows, self._offsets, self._waits = rows, script["offsets"], script["waits"]
        self._order, self._result, self._script = order, result, number
        self._size, self._threads, self._lanes = shape["dynamic_bytes"], shape["threads"], shape["threads_per_run"]
        runs = range(max(1, self._threads // self._lanes))
        self._base, self._stride = shape["run_base_bytes"], shape["stride_bytes"]
        self._apart = self._windows_apart()
        self._runs = runs[:1] if self._apart and len(plan["teams"]) == 1 else runs
        self._teams = [np.array(team) for team in plan["teams"]]
        self._fences = bool(plan["asynchronous"])
        self._leaders = in_place_leaders(
            (row[_AT["cell"]], following[_AT["cell"]]) for row, following in pairwise(rows) if row[_AT["paired"]]
        )
        self._passed = Passed(plan["teams"], self._threads, self._lanes)
        self._slowest = (
            Slowest(self._size, self._passed, self._lanes, plan["asynchronous"]) if order == "slowest" else None
        )
        self._writer, self._reader = np.full(self._size, _NOBODY), np.full(self._size, _NOBODY)
        self._written, self._read = np.zeros(self._size, np.int64), np.zeros(self._size, np.int64)
        self._wrote_cell = np.full(self._size, _NOBODY)

    def each_alone(self) -> bool:
        """Whether every byte has a single thread in any order, and no asynchronous access: then nothing can be out of
        order."""
        if not self._apart or self._lanes > 1 or self._fences:
            return False
        return all(row[_AT["sharing"]] != Sharing.BLOCK for row in self._touching())

    def count(self) -> int:
        """The bytes that the rows touch in one order."""
        return len(self._runs) * sum(row[_AT["count"]] * row[_AT["itemsize"]] for row in self._touching())

    def _touching(self) -> list[tuple[int, ...]]:
        return [row for row in self._rows if row[_AT["op"]] < Op.SYNC and row[_AT["sharing"]] != Sharing.THREAD]

    def _windows_apart(self) -> bool:
        """Whether no run reaches into another's window, nor into the block region."""
        ends = dict.fromkeys(Sharing, 0)
        for row in self._rows:
            sharing = Sharing(row[_AT["sharing"]])
            ends[sharing] = max(ends[sharing], row[_AT["address"]] + row[_AT["count"]] * row[_AT["itemsize"]])
        return bool(ends[Sharing.BLOCK] <= self._base and ends[Sharing.RUN] <= self._stride)

    def walk(self) -> None:
        for step, waits in enumerate(self._waits):
            for scope, team, fenced in waits:
                self._passed.wait(scope, team, fenced=fenced)
            partner = _NOBODY
            for row in self._rows[self._offsets[step] : self._offsets[step + 1]]:
                op = row[_AT["op"]]
                if op == Op.SYNC:
                    partner = row[_AT["cell"]]
                    if self._slowest is None:
                        self._passed.wait("block", 0)
                elif op == Op.ZERO and self._slowest is not None:
                    continue  # what it leaves is checked directly after it
                elif op < Op.SYNC and row[_AT["sharing"]] != Sharing.THREAD and row[_AT["count"]]:
                    self._row(step, row, partner)
                    partner = row[_AT["cell"]] if row[_AT["paired"]] else _NOBODY

    def _row(self, step: int, row: tuple[int, ...], partner: int) -> None:
        """A run's row for one run after the other, should their windows overlap; each byte then is in one place
        once."""
        count, itemsize = row[_AT["count"]], row[_AT["itemsize"]]
        bytes_of = row[_AT["address"]] + np.arange(count * itemsize)
        elements = np.repeat(np.arange(count), itemsize)
        members = self._teams[row[_AT["team"]]]
        if row[_AT["sharing"]] == Sharing.BLOCK:
            self._touch(step, row, bytes_of, self._who(row, elements, members), -1, partner)
            return
        for run in self._runs:
            of_run = members[members // self._lanes == run]
            if of_run.size:
                at = self._base + self._stride * run + bytes_of
                self._touch(step, row, at, self._who(row, elements, of_run), run, partner)

    def _who(self, row: tuple[int, ...], elements: Ints, threads: Ints) -> Ints:
        """Which thread of those that share the piece does each element. Zero functions go by the element's index."""
        many = threads.size
        share: Ints = (row[_AT["owner"]] + elements) % many
        if row[_AT["op"]] == Op.ZERO:
            share = elements % many
        elif self._order == "reversed":
            share = many - 1 - share
        elif self._order == "shuffled":
            mixed = list(range(many))
            random.Random(self._leaders.get(row[_AT["cell"]], row[_AT["cell"]])).shuffle(mixed)  # noqa: S311  (an order, no secret)
            share = np.array(mixed)[share]
        who: Ints = threads[share]
        return who

    def _touch(self, step: int, row: tuple[int, ...], at: Ints, who: Ints, run: int, partner: int) -> None:
        inside = at < self._size
        if not inside.all():
            at, who = at[inside], who[inside]
        self._result["accesses"] += at.size
        if self._slowest is not None:
            wrong, cells, teams = self._slowest.touch(step, row[_AT["cell"]], row[_AT["team"]], run, at, partner)
            if wrong.any():
                self._wrote_cell[at] = cells
                self._note(step, row, at, who, wrong, np.array([self._teams[team][-1] for team in teams]))
            return
        writes = row[_AT["op"]] in (Op.FILL, Op.ZERO)
        one_run = np.full(at.size, run >= 0 and len(self._runs) == 1)
        writer = self._writer[at]
        wrong = (writer != _NOBODY) & (writer != who) & self._unordered(self._written[at], writer, who, one_run)
        if writes:
            reader = self._reader[at]
            wrong |= (reader != _NOBODY) & (reader != who) & self._unordered(self._read[at], reader, who, one_run)
            self._note(step, row, at, who, wrong, np.where(reader != _NOBODY, reader, writer))
            self._writer[at], self._reader[at], self._wrote_cell[at] = who, _NOBODY, row[_AT["cell"]]
            self._written[at] = self._passed.now
        else:
            self._note(step, row, at, who, wrong, writer)
            reader = self._reader[at]
            since = (reader != _NOBODY) & self._unordered(self._read[at], reader, who, one_run)
            self._reader[at] = np.where(since & (reader != who), _SEVERAL, who)
            self._read[at] = self._passed.now

    def _unordered(self, then: Ints, earlier: Ints, who: Ints, one_run: Bools) -> Bools:
        return self._passed.unordered(then, earlier, who, one_run & (earlier == _SEVERAL))

    def _note(self, step: int, row: tuple[int, ...], at: Ints, who: Ints, wrong: Bools, others: Ints) -> None:
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
