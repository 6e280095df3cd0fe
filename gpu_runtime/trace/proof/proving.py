"""Runs a script as it was written and on the layouts of its kernels, and compares what every launch gave."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from warpack.gpu_runtime.trace.positions import Path as CallPath
from warpack.gpu_runtime.trace.positions import Position
from warpack.gpu_runtime.trace.proof.placement import Placement
from warpack.gpu_runtime.trace.script import run_child

_CHILD = "warpack.gpu_runtime.trace.proof.child"
RUNS = ((0xFF, "forward"), (0xA5, "reversed"))
"""The poison of every byte that nobody has written (0xFF: NaN in floating point), and the order of threads."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What came out. `launches`, `arrays`, `size_bytes`: what was compared, in all runs together. `differences`:
    sentences, empty where all was the same bit for bit. `faults`: reads of what another array had written."""

    arguments: tuple[str, ...]
    launches: int
    arrays: int
    size_bytes: int
    differences: tuple[str, ...]
    faults: tuple[str, ...]

    @property
    def passed(self) -> bool:
        return not self.differences and not self.faults and self.launches > 0

    def to_json(self) -> dict[str, Any]:
        return {
            "passed": self.passed,
            "arguments": list(self.arguments),
            "runs": [{"poison": poison, "order": order} for poison, order in RUNS],
            "launches": self.launches,
            "arrays": self.arrays,
            "size_bytes": self.size_bytes,
            "differences": list(self.differences),
            "faults": list(self.faults),
        }


def prove(script: str | Path, arguments: Sequence[str], placements: Sequence[Placement]) -> dict[str, Trial]:
    """A trial for each placement, by kernel. Raises TraceError where the script cannot run on a layout."""
    wanted = _run(script, arguments, [], *RUNS[0])
    answers = [_run(script, arguments, placements, poison, order) for poison, order in RUNS]
    return {
        placement.kernel: _compared(placement.kernel, tuple(arguments), wanted, answers) for placement in placements
    }


def _run(
    script: str | Path, arguments: Sequence[str], placements: Sequence[Placement], poison: int, order: str
) -> Mapping[str, Any]:
    request = {"order": order, "poison": poison, "placements": [one.to_json() for one in placements]}
    with tempfile.TemporaryDirectory(prefix="warpack-proof-") as folder:
        path = Path(folder) / "request.json"
        path.write_text(json.dumps(request), encoding="utf-8")
        return run_child(_CHILD, [str(path), str(script), *arguments], quiet=True)


def _compared(
    kernel: str, arguments: tuple[str, ...], wanted: Mapping[str, Any], answers: Sequence[Mapping[str, Any]]
) -> Trial:
    launches = arrays = size = 0
    differences: dict[str, None] = {}
    faults: dict[str, None] = {}
    expected = _launches(wanted, kernel)
    for (poison, order), answer in zip(RUNS, answers, strict=True):
        where = f"over poison {poison:#04x}, threads {order}"
        if answer["failed"] != wanted["failed"]:
            differences[f"{where}: the script ended with {answer['failed'] or 'no error'}"] = None
        given = _launches(answer, kernel)
        if len(given) != len(expected):
            differences[f"{where}: {len(given)} launches and not {len(expected)}"] = None
        for number, (one, other) in enumerate(zip(expected, given, strict=False), 1):
            if one["given"] != other["given"]:
                differences[f"launch {number} was given something else each time: nothing to compare"] = None
                break
            launches += 1
            for mine, theirs in zip(one["arrays"], other["arrays"], strict=True):
                arrays, size = arrays + 1, size + mine["bytes"]
                if mine["digest"] != theirs["digest"]:
                    differences[f"{where}: launch {number}, {mine['name']} differs"] = None
        faults |= dict.fromkeys(_fault(fault) for fault in answer["faults"][kernel])
    return Trial(
        arguments=arguments,
        launches=launches,
        arrays=arrays,
        size_bytes=size,
        differences=tuple(differences),
        faults=tuple(faults),
    )


def _launches(answer: Mapping[str, Any], kernel: str) -> list[dict[str, Any]]:
    return [launch for launch in answer["launches"] if launch["kernel"] == kernel]


def _fault(fault: Mapping[str, Any]) -> str:
    from warpack.gpu_runtime.trace.report import where

    at, there = (_path(fault[name]) for name in ("at", "there"))
    return (
        f"{fault['read']} is read at {where(at)}: its bytes were overwritten by {fault['wrote']} at {where(there)} "
        f"(thread {fault['thread']} of block {fault['block']})"
    )


def _path(path: Sequence[Mapping[str, Any]]) -> CallPath:
    return tuple(Position(**position) for position in path)
