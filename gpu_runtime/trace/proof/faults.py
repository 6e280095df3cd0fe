"""Reads of bytes that another array wrote last."""

from __future__ import annotations

from dataclasses import dataclass, field

from warpack.gpu_runtime.trace.positions import Path


@dataclass(frozen=True, slots=True)
class Fault:
    """`read`, at a place, found what `wrote` had written at another. `thread` of `block` was the first to."""

    read: str
    at: Path
    wrote: str
    there: Path
    block: int
    thread: int


@dataclass(slots=True)
class Faults:
    """Each kind once, in the order in which they were found."""

    found: dict[tuple[str, Path, str, Path], Fault] = field(default_factory=dict)

    def add(self, fault: Fault) -> None:
        self.found.setdefault((fault.read, fault.at, fault.wrote, fault.there), fault)
