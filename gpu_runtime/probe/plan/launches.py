"""What every back end launches: numpy alone, no CUDA package.

A back end runs the kernel of each `Launch` with its arguments over all blocks. Simulator and hardware differ only in
what runs the kernel. `checks.judge` compares the outcome with the plan.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from warpack.gpu_runtime.probe.kernel.abi import CONFIG, GUARD_FIRST, GUARD_STEP, REPORT_WIDTH
from warpack.gpu_runtime.probe.kernel.patterns import Bytes8, pool, raw_pool, words_of
from warpack.solver.wire.units import Bytes

MOST_DUMP_BYTES = 64 << 20
"""A pass with more dumped bytes than this is run several times, each time dumping other steps."""


@dataclass(frozen=True, kw_only=True)
class Launch:
    """One launch of all blocks: a script's rows, run in one of the three ways, with dumps of the steps `[first, last)`.

    `arguments` are the kernel's, in order: lists of integers and arrays. The kernel writes `dump`, `final` and
    `report`, which are among them. `dynamic_bytes`: the dynamic shared memory of a block, including guard bytes after
    the layout's own.
    """

    script: int
    kind: str
    first: int
    last: int
    dynamic_bytes: Bytes
    arguments: tuple[Any, ...]
    dump: Bytes8
    final: Bytes8
    report: npt.NDArray[np.int64]

    @property
    def dumping(self) -> bool:
        return self.kind != "pattern"


class Launches:
    """The launches of a plan (as `plan_as_json.arrays` makes it). `guard_bytes`: how many the `complement` passes have
    behind the layout's own bytes; a device must be able to give a block `most_bytes`."""

    def __init__(self, plan: Mapping[str, Any], *, guard_bytes: Bytes = 0) -> None:
        self.plan = plan
        self.guard_bytes = guard_bytes
        self.blocks: int = len(plan["shape"]["active"])
        self.threads: int = plan["shape"]["threads"]
        self.dynamic_bytes: int = plan["shape"]["dynamic_bytes"]
        self.most_bytes: Bytes = self.dynamic_bytes + guard_bytes
        self.dumped: int = sum(end - start for start, end in plan["windows"])
        prime, elements = plan["prime"], plan["elements"]
        self.pools = {turned: [pool(name, prime, complement=turned) for name in elements] for turned in (False, True)}
        self.raw = raw_pool(prime)
        self.words = {turned: words_of(self.pools[turned], elements) for turned in (False, True)}

    def of(self, one: Mapping[str, Any]) -> Iterator[Launch]:
        """The launches of one pass: a single one, unless its dumps are too many bytes."""
        steps = len(self.plan["scripts"][one["script"]]["waits"])
        if one["kind"] == "pattern":
            yield self._launch(one, 0, steps)
            return
        at_once = steps
        if self.dumped:
            at_once = max(1, min(steps, MOST_DUMP_BYTES // (self.dumped * self.blocks)))
        for start in range(0, steps, at_once):
            yield self._launch(one, start, min(steps, start + at_once))

    def _launch(self, one: Mapping[str, Any], first: int, last: int) -> Launch:
        plan, shape, kind = self.plan, self.plan["shape"], one["kind"]
        script, dumping = plan["scripts"][one["script"]], kind != "pattern"
        shared_bytes = self.dynamic_bytes + (self.guard_bytes if kind == "complement" else 0)
        values = {
            "steps": len(script["waits"]), "threads": self.threads, "slots": len(shape["slots"]), "raw": int(kind == "bytes"),
            "descending": int(kind == "complement"), "prime": plan["prime"], "dump": int(dumping),
            "dump_from": first, "dump_to": last, "windows": len(plan["windows"]), "dump_bytes": self.dumped,
            "run_base": shape["run_base_bytes"], "stride": shape["stride_bytes"], "helpers": shape["helpers"],
            "dynamic": self.dynamic_bytes, "threads_per_run": shape["threads_per_run"],
        }  # fmt: skip
        dump = np.zeros(self.blocks * (last - first) * self.dumped if dumping else 0, dtype=np.uint8)
        final = np.zeros(self.blocks * shared_bytes if dumping else 0, dtype=np.uint8)
        report = np.zeros(self.blocks * self.threads * REPORT_WIDTH, dtype=np.int64)
        kinds, words = self.words[kind == "complement"]
        windows = [edge for window in plan["windows"] for edge in window]
        arguments = (
            script["rows"], script["offsets"], _barriers(script), [values[name] for name in CONFIG],
            plan["slot_of_run"], plan["places"], shape["active"], plan["multipliers"], windows,
            kinds, self.raw, dump, final, report, *words, *self.pools[kind == "complement"],
        )  # fmt: skip
        return Launch(
            script=one["script"],
            kind=kind,
            first=first,
            last=last,
            dynamic_bytes=shared_bytes,
            arguments=arguments,
            dump=dump,
            final=final,
            report=report,
        )


def _barriers(script: Mapping[str, Any]) -> list[int]:
    """By step: 0 no barrier; 1 the threads of each run wait for one another; 2 those of the block do (also where a
    track's barrier would be enough)."""
    return [max((1 if scope == "run" else 2 for scope, *_ in waits), default=0) for waits in script["waits"]]


def guard_words(start: int, end: int) -> Bytes8:
    """The guard bytes `[start, end)` of a block's memory."""
    return ((GUARD_STEP * np.arange(start, end) + GUARD_FIRST) % 256).astype(np.uint8)
