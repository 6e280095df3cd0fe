"""Where block-scoped pieces lie over the windows of runs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from warpack.solver.verifier.placement import PlacedPiece
from warpack.solver.verifier.spans import Span
from warpack.solver.wire.layout import LaunchFigures
from warpack.solver.wire.units import Bytes


@dataclass(frozen=True, slots=True)
class RunWindows:
    """`count` windows in the block's memory, the first at `base`, one every `stride` bytes."""

    base: Bytes
    stride: Bytes
    count: int

    @classmethod
    def of(cls, launch: LaunchFigures) -> RunWindows:
        return cls(launch.block_region_bytes + launch.region_gap_bytes, launch.stride_bytes, launch.runs_per_block)

    @property
    def end(self) -> Bytes:
        return self.base + max(0, self.stride) * max(0, self.count)

    def clipped(self, start: Bytes, end: Bytes) -> Span | None:
        """The bytes of the block's memory that lie among the windows."""
        start, end = max(start, self.base), min(end, self.end)
        return (start, end) if start < end else None

    def inside(self, start: Bytes, end: Bytes) -> tuple[Span, ...]:
        """The bytes of windows that lie in these bytes of the block's memory, counted from the start of their
        window."""
        clipped = self.clipped(start, end)
        if clipped is None:
            return ()
        first, at = divmod(clipped[0] - self.base, self.stride)
        last, beyond = divmod(clipped[1] - 1 - self.base, self.stride)
        if first == last:
            return ((at, beyond + 1),)
        if last > first + 1 or at <= beyond + 1:
            return ((0, self.stride),)
        return ((0, beyond + 1), (at, self.stride))

    def common(self, of_block: Span, of_run: Span) -> Span | None:
        """The first bytes of the block's memory that both have: of a piece there, and of one in the windows."""
        clipped = self.clipped(*of_block)
        if clipped is None:
            return None
        for run in range((clipped[0] - self.base) // self.stride, (clipped[1] - 1 - self.base) // self.stride + 1):
            window = self.base + run * self.stride
            start, end = max(clipped[0], window + of_run[0]), min(clipped[1], window + of_run[1])
            if start < end:
                return start, end
        return None


NO_WINDOWS = RunWindows(0, 0, 0)
"""Those of a pool."""


@dataclass(frozen=True, slots=True)
class Taken:
    """A placed piece by its number, and bytes of one window or region that it takes."""

    number: int
    start: Bytes
    end: Bytes


def over_windows(placed: Sequence[PlacedPiece], windows: RunWindows) -> tuple[list[Taken], list[Taken]]:
    """Block-scoped pieces that lie over windows, and run-scoped ones, all by their bytes in a window."""
    of_block = [
        Taken(number, *span)
        for number, one in enumerate(placed)
        if one.region == "block"
        for span in windows.inside(one.start, one.end)
    ]
    if not of_block:
        return [], []
    of_run = [Taken(number, one.start, one.end) for number, one in enumerate(placed) if one.region == "run"]
    return of_block, of_run


def sharing(first: Iterable[Taken], second: Iterable[Taken]) -> Iterator[tuple[int, int]]:
    """Every pair of a piece of the first and one of the second with bytes in common, once."""
    events = sorted(
        [(one.start, 0, one) for one in first] + [(one.start, 1, one) for one in second], key=lambda e: e[0]
    )
    active: tuple[list[Taken], list[Taken]] = ([], [])
    seen: set[tuple[int, int]] = set()
    for start, side, one in events:
        others = active[1 - side]
        others[:] = [other for other in others if other.end > start]
        for other in others:
            pair = (one.number, other.number) if side == 0 else (other.number, one.number)
            if pair not in seen:
                seen.add(pair)
                yield pair
        active[side].append(one)
