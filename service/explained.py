"""Why a buffer lies where it lies: who has its bytes when, what is below it, and what it costs. From manifest and
layout alone; phases are those of the flattened program."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from warpack.service.derived import reasons
from warpack.service.placing import covered_bytes, start_of
from warpack.solver.wire.layout import Layout, PlacedBuffer, sized_for
from warpack.solver.wire.manifest import Manifest
from warpack.solver.wire.units import Bytes, Phase

if TYPE_CHECKING:
    from warpack.solver.verifier.story import Story, StoryPiece

Phases = tuple[tuple[Phase, Phase], ...]
_MOST_COMPARED = 600
"""With more pieces in a region, the peak without the buffer is not worked out."""


@dataclass(frozen=True, slots=True)
class Need:
    """A piece of the buffer: the whole, or a part. It is accessed in `accesses`; in the phases of `kept` it is not, but
    its contents count, for the reason given."""

    name: str
    start_bytes: Bytes
    end_bytes: Bytes
    accesses: Phases
    kept: tuple[tuple[Phase, Phase, str], ...]


@dataclass(frozen=True, slots=True)
class Sharer:
    """Another piece with bytes in common, and when it is live."""

    name: str
    start_bytes: Bytes
    end_bytes: Bytes
    phases: Phases


@dataclass(frozen=True, slots=True)
class Support:
    """A piece directly below that must not share a byte with the buffer, and why: see the verifier's `Conflict`."""

    name: str
    end_bytes: Bytes
    phases: Phases
    reason: str


@dataclass(frozen=True, slots=True)
class Peak:
    """The most bytes that are live at one phase of the region, with the buffer and without it. `held`: the buffer is
    live at `with_phase`. `others`: the buffers that are live at `without_phase`, largest first."""

    with_bytes: Bytes
    with_phase: Phase
    without_bytes: Bytes
    without_phase: Phase
    held: bool
    others: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """`lowest_bytes`: the lowest offset that it could have with all others where they are; None where its parts lie
    apart. `may_be_local`: only one thread uses it, so that it may leave the chip. `changes`: single changes after which
    the peak is lower, or a larger block fits: what the layout's advice says of it, and whether the block fits without
    the buffer, where the advice leaves that open."""

    name: str
    region: str
    size_bytes: Bytes
    pinned: bool
    persistent: bool
    needs: tuple[Need, ...]
    shares: tuple[Sharer, ...]
    passings: tuple[str, ...]
    supports: tuple[Support, ...]
    lowest_bytes: Bytes | None
    peak: Peak | None
    may_be_local: bool
    changes: tuple[dict[str, Any], ...]
    phase_names: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """All of it. Phases are `[start, end)`."""
        return asdict(self)


def explain(manifest: Manifest, layout: Layout, name: str) -> Explanation:
    """Explains the buffer with this full name. Raises KeyError if the layout places no such buffer."""
    from warpack.solver.verifier.story import derive

    sized = sized_for(manifest, layout)
    found = _Looking(sized, layout, derive(sized), layout.by_name[name]).explanation()
    return replace(found, changes=(*found.changes, *_tried(manifest, layout, name)))


@dataclass(frozen=True)
class _Item:
    piece: StoryPiece
    start: Bytes
    end: Bytes


@dataclass
class _Looking:
    manifest: Manifest
    layout: Layout
    story: Story
    placed: PlacedBuffer

    def explanation(self) -> Explanation:
        name = self.placed.full_name
        declared = self.manifest.by_name[name]
        apart = declared.location != "local" and declared.scope == "run" and self.manifest.launch.threads_per_run == 1
        return Explanation(
            name=name,
            region=self.placed.region,
            size_bytes=self.placed.size_bytes,
            pinned=declared.pinned_offset_bytes is not None,
            persistent=declared.persistent,
            needs=tuple(map(self._need, self._own)),
            shares=tuple(self._shares()),
            passings=tuple(self._passings()),
            supports=tuple(self._supports()),
            lowest_bytes=self._lowest(),
            peak=self._peak(),
            may_be_local=apart and self.placed.location == "shared" and not self.manifest.of_pool,
            changes=tuple(_changes(self.layout.advice, name)),
            phase_names=self.story.phase_names,
        )

    @cached_property
    def _own(self) -> tuple[_Item, ...]:
        return tuple(self._items([self.placed]))

    @cached_property
    def _others(self) -> tuple[_Item, ...]:
        same = (each for each in self.layout.buffers if each.region == self.placed.region and each is not self.placed)
        return tuple(self._items(same))

    def _items(self, placed: Iterable[PlacedBuffer]) -> Iterator[_Item]:
        """The pieces with their bytes; none of those without a place in the region."""
        for buffer in placed:
            for piece in self.story.pieces_of.get(buffer.full_name, ()):
                at = start_of(buffer, piece)
                if at is not None and buffer.region in ("run", "block", "pool"):
                    yield _Item(piece, at, at + piece.size_bytes)

    def _need(self, item: _Item) -> Need:
        kept = tuple((one.start, one.end, one.text) for one in reasons(self.story, item.piece))
        return Need(item.piece.name, item.start, item.end, item.piece.accesses, kept)

    def _shares(self) -> Iterator[Sharer]:
        for own in self._own:
            for other in (*self._others, *self._over(own)):
                start, end = max(own.start, other.start), min(own.end, other.end)
                if start < end:
                    yield Sharer(other.piece.name, start, end, other.piece.live)

    def _over(self, own: _Item) -> Iterator[_Item]:
        """Block-scoped pieces over the windows of runs: in the coordinates of `own`, whichever of the two it is."""
        from warpack.solver.verifier.over import RunWindows

        launch = self.layout.launch
        if launch is None or not launch.stride_bytes or self.placed.region not in ("run", "block"):
            return
        windows = RunWindows.of(launch)
        if self.placed.region == "run":
            for item in self._items(each for each in self.layout.buffers if each.region == "block"):
                for first, beyond in windows.inside(item.start, item.end):
                    yield _Item(item.piece, first, min(beyond, launch.run_bytes))
            return
        under = list(windows.inside(own.start, own.end))
        for item in self._items(each for each in self.layout.buffers if each.region == "run"):
            if any(first < item.end and item.start < beyond for first, beyond in under):
                yield _Item(item.piece, own.start, own.end)

    def _passings(self) -> Iterator[str]:
        names = {item.piece.name for item in self._own}
        for one in self.layout.handoffs:
            if names & {one.source, one.destination}:
                order = "an alias" if one.barrier_name is None else f"the barrier {one.side} {one.barrier_name}"
                at = f"bytes {one.start_bytes} to {one.end_bytes - 1}"
                yield f"{at} pass from {one.source} to {one.destination} in {one.phase_name}, ordered by {order}"
        for own in self._own:
            for other in self._others:
                if (other.start, other.end) == (own.start, own.end):
                    for handing in self.story.handings(own.piece, other.piece):
                        where = self.story.phase_names[handing.span[0]]
                        yield f"{handing.write.name} takes the bytes of {handing.read.name} in place, in {where}"

    def _supports(self) -> Iterator[Support]:
        """What ends directly below, up to the gap that alignment makes."""
        aligned = max(1, self._alignment)
        for own in self._own:
            for other in self._others:
                if own.start - aligned < other.end <= own.start and other.start < other.end:
                    found = self.story.conflict(own.piece, other.piece)
                    if found is not None:
                        yield Support(other.piece.name, other.end, found.phases, found.reason)

    def _lowest(self) -> Bytes | None:
        """The lowest offset at which no conflicting piece is met."""
        here = self.placed.offset_bytes
        if here is None or not self._own:
            return None
        taken = [
            (other.start - own.end + here, other.end - own.start + here)
            for own in self._own
            for other in self._others
            if self._excludes(own, other)
        ]
        at, step = 0, max(1, self._alignment)
        for start, end in sorted(taken):
            if start < at < end:
                at = -(-end // step) * step
        return min(at, here)

    def _excludes(self, own: _Item, other: _Item) -> bool:
        """Whether the two must lie apart. Places that an in-place pair allows count as taken."""
        return other.start < other.end and self.story.conflict(own.piece, other.piece) is not None

    @cached_property
    def _alignment(self) -> Bytes:
        return int(self.manifest.by_name[self.placed.full_name].alignment_bytes or 1)

    def _peak(self) -> Peak | None:
        everything = (*self._own, *self._others)
        if not self._own or len(everything) > _MOST_COMPARED:
            return None
        most, phase = _most(everything)
        left, elsewhere = _most(self._others)
        others = Counter[str]()
        for one in _live(self._others, elsewhere):
            others[one.piece.name.partition("#")[0]] += one.end - one.start
        names = tuple(sorted(others, key=lambda name: (-others[name], name)))
        return Peak(most, phase, left, elsewhere, any(_live(self._own, phase)), names)


def _live(items: Iterable[_Item], phase: Phase) -> list[_Item]:
    from warpack.solver.verifier.spans import covers

    return [item for item in items if covers(item.piece.live, phase)]


def _most(items: Iterable[_Item]) -> tuple[Bytes, Phase]:
    """The most bytes that live pieces have at one phase, and the first such phase."""
    items, best = tuple(items), (0, 0)
    for phase in sorted({start for item in items for start, _ in item.piece.live}):
        used = covered_bytes((one.start, one.end) for one in _live(items, phase))
        if used > best[0]:
            best = (used, phase)
    return best


def _changes(advice: Any, name: str) -> Iterator[dict[str, Any]]:
    """Each entry of the advice that names the buffer or a part of it."""

    def about(told: str) -> bool:
        return told == name or told.startswith(f"{name}#")

    for key in ("peak", "block_peak"):
        for one in (advice.get(key) or {}).get("lowered_by", ()):
            if about(one["name"]):
                yield {"what": "lower_peak", **one}
    for key in ("next_larger_block", "one_more_block"):
        larger = advice.get(key) or {}
        for told in (larger, larger.get("block_region") or {}):
            enough = told.get("enough") or {}
            goal = {"threads_per_block": larger.get("threads_per_block"), "blocks_per_sm": larger.get("blocks_per_sm")}
            yield from ({"what": key, "change": "without", **goal} for one in enough.get("without", ()) if about(one))
            yield from ({"what": key, **goal, **one} for one in enough.get("shorter", ()) if about(one["name"]))


def _tried(manifest: Manifest, layout: Layout, name: str) -> Iterator[dict[str, Any]]:
    """Whether the buffer's removal is enough, where the advice leaves it open: packed without it."""
    from warpack.solver.left_out import allows_without, wishes

    if layout.by_name[name].location != "shared" or not layout.by_name[name].size_bytes:
        return
    for kind, wish, goal in wishes(layout.advice, name):
        if allows_without(manifest, layout, name, wish, goal):
            figures = {"threads_per_block": None, "blocks_per_sm": None}
            yield {"what": kind, "change": "without", **figures, wish: goal}
