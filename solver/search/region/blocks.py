"""Contiguous windows as rigid blocks: each window is packed by itself, and then placed like one buffer."""

from __future__ import annotations

from dataclasses import replace

from warpack.solver.flatten.problem import Item, Phases, Piece, RegionProblem, Window
from warpack.solver.search.core.stop import Stop
from warpack.solver.search.region.pack import pack
from warpack.solver.wire.units import Bytes


def pack_blocks(problem: RegionProblem, seed: int, stop: Stop) -> tuple[Bytes, ...]:
    """The offsets, in bytes, of a packing in which each window is a rigid block. Raises PinsCollide if pins rule that
    out."""
    outer = [window for window in problem.windows if not any(_holds(other, window) for other in problem.windows)]
    if not outer:
        return pack(problem, seed=seed, stop=stop).offsets
    blocks: list[tuple[Window, dict[int, Bytes]]] = []
    items: list[Item] = []
    place: dict[int, int] = {}
    for window in outer:
        inner, base = _inside(problem, window)
        offsets = pack_blocks(inner, seed, stop)
        blocks.append((window, dict(zip(window.items, offsets, strict=True))))
        items.append(
            _block(
                inner,
                window,
                max(offset + item.size_bytes for offset, item in zip(offsets, inner.items, strict=True)),
                base,
            )
        )
        place |= dict.fromkeys(window.items, len(items) - 1)
    loose = [i for i in range(len(problem.items)) if i not in place]
    place |= {i: len(items) + number for number, i in enumerate(loose)}
    items += [problem.items[i] for i in loose]
    packed = pack(_around(problem, tuple(items), place, frozenset(loose)), seed=seed, stop=stop).offsets
    result = {i: packed[place[i]] for i in loose}
    for number, (_, within) in enumerate(blocks):
        result |= {i: packed[number] + offset for i, offset in within.items()}
    return tuple(result[i] for i in range(len(problem.items)))


def _holds(outer: Window, inner: Window) -> bool:
    """Whether `inner` is the window of a component below that of `outer`."""
    return inner.path != outer.path and (not outer.path or inner.path.startswith(f"{outer.path}/"))


def _inside(problem: RegionProblem, window: Window) -> tuple[RegionProblem, Bytes | None]:
    """The problem of a window's own items, and the block's pin. Pins of the items are relative to it."""
    members = [problem.items[i] for i in window.items]
    pins = [item.pinned_offset_bytes for item in members if item.pinned_offset_bytes is not None]
    alignment = max(item.alignment_bytes for item in members)
    base = min(pins) // alignment * alignment if pins else None
    place = {i: number for number, i in enumerate(window.items)}
    inner = _around(problem, tuple(_moved(item, base or 0) for item in members), place, frozenset(window.items))
    below = tuple(
        Window(other.path, tuple(place[i] for i in other.items)) for other in problem.windows if _holds(window, other)
    )
    return replace(inner, windows=below), base


def _moved(item: Item, base: Bytes) -> Item:
    pin = item.pinned_offset_bytes
    return item if pin is None else item._replace(pinned_offset_bytes=pin - base)


def _block(inner: RegionProblem, window: Window, size: Bytes, base: Bytes | None) -> Item:
    """A window as one item, which is occupied whenever one of its items is."""
    spans = sorted({span for item in inner.items for piece in item.pieces for span in piece.occupied.spans})
    merged: list[tuple[int, int]] = []
    for start, end in spans:
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    occupied = Phases(tuple(merged))
    alignment = max(item.alignment_bytes for item in inner.items)
    name = f"{window.path}/*"
    return Item(name, window.path, size, alignment, base, (Piece(name, 0, size, occupied, occupied, occupied),))


def _around(
    problem: RegionProblem, items: tuple[Item, ...], place: dict[int, int], kept: frozenset[int]
) -> RegionProblem:
    """The problem with `items`; item i of `problem` is, or lies in, the item with the number `place[i]`. Permissions
    between items in `kept` stay. An apart pair keeps the items apart that hold its items."""

    def between_kept(pair: tuple[int, int]) -> bool:
        return pair[0] in kept and pair[1] in kept

    def placed(pair: tuple[int, int]) -> tuple[int, int]:
        first, second = place[pair[0]], place[pair[1]]
        return (first, second) if first < second else (second, first)

    apart = {placed(pair) for pair in problem.apart if pair[0] in place and pair[1] in place}
    return RegionProblem(
        region=problem.region,
        items=items,
        in_place=tuple(
            replace(entry, read=place[entry.read], write=place[entry.write])
            for entry in problem.in_place
            if between_kept((entry.read, entry.write))
        ),
        alias_permits=frozenset(placed(pair) for pair in problem.alias_permits if between_kept(pair)),
        apart=frozenset(pair for pair in apart if pair[0] != pair[1]),
        private_to_thread=problem.private_to_thread,
    )
