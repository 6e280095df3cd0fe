"""What a picture of a layout shows: boxes of bytes and phases, in one chart for each region."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import accumulate, product
from typing import TYPE_CHECKING, Literal

from warpack.service.derived import reasons
from warpack.service.placing import covered_bytes, start_of
from warpack.service.render.hulls import Hull, hulls_of
from warpack.service.render.structures import BarrierMark, Structure, barriers_of, structures_of
from warpack.solver.wire.layout import LaunchFigures, Layout, PlacedBuffer
from warpack.solver.wire.manifest import Manifest
from warpack.solver.wire.units import Bytes, Phase

if TYPE_CHECKING:
    from warpack.solver.verifier.story import Story, StoryPiece

Spans = tuple[tuple[Phase, Phase], ...]
ChartRegion = Literal["run", "block", "pool"]
State = Literal["stated", "carried", "between", "waiting"]

_MOST_WALKED = 200_000
"""Phases that are walked through for the reasons of a picture, over the whole program for each phase asked about; the
reasons that would need more are left out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """Bytes `[start_bytes, end_bytes)` of a region belong to a buffer in phases `[start, end)`. `state` is one of
    these. `stated`: the manifest states the phases. `carried`: the contents are kept for a later read. `between`: they
    are kept between a write and a read. Both have the reason in `why`. `waiting`: the contents do not count any longer,
    but other threads may still access them. `above`: a block-scoped buffer over some run's window. `part`: of
    a buffer whose parts lie apart."""

    buffer: str
    name: str
    start: Phase
    end: Phase
    start_bytes: Bytes
    end_bytes: Bytes
    state: State
    why: str = ""
    above: bool = False
    persistent: bool = False
    part: bool = False

    @property
    def live(self) -> bool:
        """Whether the contents still count."""
        return self.state != "waiting"


@dataclass(frozen=True, slots=True)
class Passing:
    """Bytes `[start_bytes, end_bytes)` pass from one buffer to another just before `phase`, or `in_place` within it.
    `note` says which, and what orders the two."""

    phase: Phase
    start_bytes: Bytes
    end_bytes: Bytes
    in_place: bool
    note: str


@dataclass(frozen=True, kw_only=True)
class Chart:
    """One region over the whole flattened timeline: one run's window, a pool, or the block's memory up to the last
    block-scoped buffer. `buffers` are the full names of its buffers, by offset. `windows_from` is where the runs'
    windows begin, if block-scoped buffers lie over them. `passings` are the listed hand-overs and those in place."""

    region: ChartRegion
    size_bytes: Bytes
    phase_names: tuple[str, ...]
    structures: tuple[Structure, ...]
    barriers: tuple[BarrierMark, ...]
    buffers: tuple[str, ...]
    boxes: tuple[Box, ...]
    windows_from: Bytes | None = None
    passings: tuple[Passing, ...] = ()
    hulls: tuple[Hull, ...] = ()

    @property
    def phases(self) -> int:
        """The number of phases."""
        return len(self.phase_names)

    @property
    def title(self) -> str:
        """The name of the region, for people."""
        if self.region == "pool":
            return "pool"
        if self.region == "run":
            return "one run's window"
        return "block region" if self.windows_from is None else "block-scoped buffers, over the windows of runs"

    @cached_property
    def number_of(self) -> dict[str, int]:
        """The place of each buffer in `buffers`. Buffers of the other region that lie over this one follow."""
        names = dict.fromkeys([*self.buffers, *(box.buffer for box in self.boxes)])
        return {name: number for number, name in enumerate(names)}

    @cached_property
    def peak(self) -> tuple[Bytes, Phase]:
        """The largest number of bytes in use at one phase, and the first such phase."""
        own = [box for box in self.boxes if not box.above]
        changes: dict[Phase, Bytes] = {0: 0}
        for box in own:
            size = box.end_bytes - box.start_bytes
            changes[box.start] = changes.get(box.start, 0) + size
            changes[box.end] = changes.get(box.end, 0) - size
        phases = sorted(changes)
        sums = accumulate(changes[phase] for phase in phases)
        best: tuple[Bytes, Phase] = (0, 0)
        for at_most, phase in sorted(zip(sums, phases, strict=True), key=lambda one: (-one[0], one[1])):
            if at_most < best[0] or (at_most == best[0] and phase > best[1]):
                break  # boxes that share bytes are counted several times in a sum
            used = covered_bytes((box.start_bytes, box.end_bytes) for box in own if box.start <= phase < box.end)
            best = max(best, (used, phase), key=lambda found: (found[0], -found[1]))
        return best


def charts(manifest: Manifest, layout: Layout, story: Story | None = None) -> tuple[Chart, ...]:
    """The charts of the block-scoped buffers and of the run region, or the pool's, if the layout has such bytes.
    `story`: the manifest's, where it was derived before."""
    if layout.launch is None and layout.pool is None:
        return ()
    from warpack.solver.verifier.story import derive

    drawing, launch = _Drawing(story or derive(manifest), layout), layout.launch
    found = [drawing.of_pool()] if launch is None else [drawing.of_block(launch), drawing.of_run(launch)]
    return tuple(chart for chart in found if chart.size_bytes)


def by_place(buffers: Iterable[PlacedBuffer]) -> list[PlacedBuffer]:
    """The buffers of one region by offset, then name. A splittable one has the offset of its first part."""

    def offset(buffer: PlacedBuffer) -> Bytes:
        if buffer.parts:
            return min(part.offset_bytes for part in buffer.parts)
        return buffer.offset_bytes or 0

    return sorted(buffers, key=lambda buffer: (offset(buffer), buffer.full_name))


@dataclass
class _Drawing:
    """Draws charts. `_left` is how many phases may still be walked through for reasons."""

    story: Story
    layout: Layout
    _left: int = _MOST_WALKED

    def of_pool(self) -> Chart:
        size = 0 if self.layout.pool is None else self.layout.pool.pool_bytes
        return self._chart("pool", size, list(self._boxes("pool")), None)

    def of_block(self, launch: LaunchFigures) -> Chart:
        boxes = list(self._boxes("block"))
        start = launch.block_region_bytes + launch.region_gap_bytes
        end = max((box.end_bytes for box in boxes), default=0)
        over = end > start and launch.stride_bytes > 0
        return self._chart("block", max(end, launch.block_region_bytes), boxes, start if over else None)

    def of_run(self, launch: LaunchFigures) -> Chart:
        return self._chart("run", launch.run_bytes, [*self._boxes("run"), *self._above(launch)], None)

    def _chart(self, region: ChartRegion, size_bytes: Bytes, boxes: list[Box], windows_from: Bytes | None) -> Chart:
        return Chart(
            region=region,
            size_bytes=size_bytes,
            phase_names=self.story.phase_names,
            structures=structures_of(self.story),
            barriers=barriers_of(self.story),
            buffers=tuple(buffer.full_name for buffer in self._placed(region)),
            boxes=tuple(boxes),
            windows_from=windows_from,
            passings=tuple(sorted(self._passings(region), key=lambda one: (one.phase, one.start_bytes, one.note))),
            hulls=tuple(hulls_of(self.layout, region, boxes)),
        )

    def _passings(self, region: str) -> Iterator[Passing]:
        for one in self.layout.handoffs:
            if one.region == region:
                order = "the alias of the two"
                if one.barrier_name is not None:
                    order = f"the barrier {one.side} {one.barrier_name}"
                note = (
                    f"bytes {one.start_bytes} to {one.end_bytes - 1} pass from {one.source} to {one.destination} "
                    f"in {one.phase_name}, ordered by {order}"
                )
                yield Passing(one.phase, one.start_bytes, one.end_bytes, False, note)
        for names in sorted({(ranges.read, ranges.write) for ranges in self.story.in_place}):
            yield from self._in_place(region, *names)

    def _in_place(self, region: str, read: str, write: str) -> Iterator[Passing]:
        pieces = [
            [(piece, start_of(placed, piece)) for piece in self.story.pieces_of.get(name, ())]
            for name in (read, write)
            if (placed := self._by_name.get(name)) is not None and placed.region == region
        ]
        if len(pieces) < 2:
            return
        for (one, at), (other, there) in product(*pieces):
            if at is None or at != there or one.size_bytes != other.size_bytes:
                continue
            for handing in self.story.handings(one, other):
                phase = handing.span[0]
                note = (
                    f"bytes {at} to {at + one.size_bytes - 1} pass from {handing.read.name} to {handing.write.name} "
                    f"in place, in {self.story.phase_names[phase]}"
                )
                yield Passing(phase, at, at + one.size_bytes, True, note)

    @cached_property
    def _by_name(self) -> dict[str, PlacedBuffer]:
        return self.layout.by_name

    def _placed(self, region: str) -> list[PlacedBuffer]:
        return by_place(buffer for buffer in self.layout.buffers if buffer.region == region and buffer.size_bytes)

    def _boxes(self, region: str) -> Iterator[Box]:
        for buffer in self._placed(region):
            for piece in self.story.pieces_of.get(buffer.full_name, ()):
                at = start_of(buffer, piece)
                if at is None:
                    continue
                for start, end, state, why in self._times(piece):
                    yield Box(
                        buffer=piece.buffer,
                        name=piece.name,
                        start=start,
                        end=end,
                        start_bytes=at,
                        end_bytes=at + piece.size_bytes,
                        state=state,
                        why=why,
                        persistent=piece.persistent,
                        part=buffer.offset_bytes is None,
                    )

    def _above(self, launch: LaunchFigures) -> Iterator[Box]:
        """The block-scoped pieces over windows, as boxes of one window. A box covers the bytes that lie under the piece
        in some window."""
        from warpack.solver.verifier.over import RunWindows

        windows = RunWindows.of(launch)
        for box in self._boxes("block"):
            for first, beyond in windows.inside(box.start_bytes, box.end_bytes) if windows.stride else ():
                low, high = first, min(beyond, launch.run_bytes)
                if low < high:
                    yield replace(box, start_bytes=low, end_bytes=high, above=True)

    def _times(self, piece: StoryPiece) -> Iterator[tuple[Phase, Phase, State, str]]:
        from warpack.solver.verifier.spans import without

        for start, end in piece.accesses:
            yield start, end, "stated", ""
        state: State = "between" if piece.accesses_in is not None else "carried"
        more = without(piece.live, piece.accesses)
        walked = sum(end - start for start, end in more) * self.story.length
        if walked > self._left:
            yield from ((start, end, state, "") for start, end in more)
        else:
            self._left -= walked
            for one in reasons(self.story, piece):
                yield one.start, one.end, state, one.text
        for start, end in without(piece.occupied, piece.live):
            yield start, end, "waiting", ""
