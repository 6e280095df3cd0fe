"""Packs a region of very many items. Pairs are not held, and nothing is searched exhaustively.

Items that are not plain intervals (with pins, permissions, `apart` pairs, lifetimes with holes) are placed at the
bottom first, by first fit. Nearly all items of such regions are plain intervals. They are placed by filling the skyline
(`warpack.solver.search.large.skyline_fill`). Ejection chains then lower the items at the top
(`warpack.solver.search.large.ejection_chains`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from warpack.solver.flatten.pairs import forbidden_differences
from warpack.solver.flatten.problem import RegionProblem
from warpack.solver.search.core.ledger import Ledger
from warpack.solver.search.core.pins import PinsCollide
from warpack.solver.search.core.spans import Span, occupied_spans
from warpack.solver.search.core.stop import Stop
from warpack.solver.search.large.ejection_chains import EjectionChains
from warpack.solver.search.large.first_fit import first_fit
from warpack.solver.search.large.skyline_fill import MANNERS, IntervalField, fill
from warpack.solver.search.large.stack_up import pack_skyline
from warpack.solver.wire.bulk import uncollected
from warpack.solver.wire.units import Bytes, align_up

_SEARCH_SHARE = 0.66
"""After this share of the remaining time nothing else is begun, because writing a layout of very many items takes time
too."""

_OVERRUN = 2.0
"""The first filling may take so many times the limit, counted from its start. A packing without it is so much larger
that it seldom fits a block. Without this, a solve on a busy machine would have nothing else. If the filling is not done
by then, stacking up may take as long once more. It is many times as fast, and without it nothing would share."""

_NEAR = 1.0025
"""With a packing so near to the bound, nothing more is tried."""

_ENOUGH, _LITTLE = 1.009, 0.25
"""With a packing so near to the bound, only this part of the effort is spent on lowering. More fillings are tried only
if there are few items."""

_EFFORT, _MOST_EFFORT = 400, 16_000_000
"""The effort of lowering, for each item, and the most in all. A million takes a seventh of a second."""

_HIGHER = 1.02
"""A filling is given up once it is so many times higher than the best packing. Lowering would not make up for that."""

_FITTED_ITEMS = 8000
"""The most items for first fit, which takes quadratic time."""

_SCATTERED_ITEMS = 2000
"""The most items with holes in their lifetimes that are placed at the bottom by first fit. If there are more, their
holes are ignored."""

_ROUNDED = 1.002
"""Sizes are rounded up to the largest alignment, if that makes the bound at most so many times larger. Then no bytes
are lost to alignment on the way."""


@uncollected()
def pack_many(problem: RegionProblem, *, good_enough: Bytes, stop: Stop) -> list[Bytes]:
    """The best packing of skyline filling, and of first fit if there is time for it. It ends early near a top of
    `good_enough`, or when `stop` says so. The first packing is always finished, which may overrun the limit; so the
    result is always a legal packing."""
    spans = occupied_spans(problem)
    _check_pins(problem, spans)
    best: list[Bytes] = []
    best_top = -1
    searching = stop.within(_SEARCH_SHARE * stop.remaining_s)
    first = stop.with_deadline_in(_OVERRUN * stop.limit_s)
    fitted_too = len(problem.items) <= _FITTED_ITEMS
    ledger, skip = stop.ledger, stop.leaves_out("skyline fill")
    for by, found in () if skip else _fillings(problem, spans, good_enough, first, searching):
        best, best_top = _better(problem, best, best_top, found, by, ledger)
        if best_top <= good_enough * (_NEAR if fitted_too else _ENOUGH):
            return best
    loose = [i for i, item in enumerate(problem.items) if item.pinned_offset_bytes is None]
    rules = _rules(problem, spans) if fitted_too or not best else []
    if not best:
        last = stop.with_deadline_in(_OVERRUN * stop.limit_s)
        for rule in rules[2:]:  # made only now, because a cancel would mostly wait for the sorting
            if not best or not stop.now():
                stacked = pack_skyline(problem, spans, sorted(loose, key=rule), last)
                best, best_top = _better(problem, best, best_top, stacked, "stack up", ledger)
    for rule in rules if fitted_too and not stop.leaves_out("large first fit") else ():
        if best_top <= good_enough or searching.now():
            break
        with ledger.asked("large first fit"):
            fitted = first_fit(problem, spans, sorted(loose, key=rule), searching)
        if fitted is not None:
            best, best_top = _better(problem, best, best_top, fitted, "large first fit", ledger)
    return best


def _rules(problem: RegionProblem, spans: Sequence[Sequence[Span]]) -> list[Callable[[int], tuple[Any, ...]]]:
    """Orders of the items: by area, by size, by length (the largest first), and by start."""
    size = [item.size_bytes for item in problem.items]
    length = [sum(end - start for start, end in one) for one in spans]
    alignment = [item.alignment_bytes for item in problem.items]
    return [
        lambda i: (-length[i] * size[i], -size[i], i),
        lambda i: (-size[i], -length[i], i),
        lambda i: (-length[i], -alignment[i], -size[i], i),
        lambda i: (spans[i][0] if spans[i] else (0, 0), -size[i], i),
    ]


def _better(
    problem: RegionProblem, best: list[Bytes], best_top: Bytes, found: list[Bytes], by: str, ledger: Ledger
) -> tuple[list[Bytes], Bytes]:
    top = max(offset + item.size_bytes for offset, item in zip(found, problem.items, strict=True))
    if 0 <= best_top <= top:
        return best, best_top
    ledger.packed(by, max(0, best_top - top))
    return found, top


def _fillings(
    problem: RegionProblem, spans: Sequence[tuple[Span, ...]], good_enough: Bytes, first: Stop, later: Stop
) -> Iterator[tuple[str, list[Bytes]]]:
    """Packings, each with the strategy that made it. The skyline is filled in one manner after another, and each
    filling is lowered. There is none if time ran out."""
    if first.now():  # the preparation alone takes as long as a packing without fillings
        return
    import numpy

    items = problem.items
    plain = _plain(problem, spans)
    rest = sorted(set(range(len(items))).difference(plain), key=lambda i: (-items[i].size_bytes, i))
    loose = [i for i in rest if items[i].pinned_offset_bytes is None]
    beneath = first_fit(problem, spans, loose, first)
    if beneath is None or not plain:
        return
    ground = numpy.zeros(max(end for one in spans for _, end in one), dtype=numpy.int64)
    for i in rest:
        for start, end in spans[i]:
            numpy.maximum(ground[start:end], beneath[i] + items[i].size_bytes, out=ground[start:end])
    field = _field(problem, spans, plain, ground)
    best, stop = max(beneath[i] + items[i].size_bytes for i in rest) if rest else 0, first
    most = sum(field.sizes.tolist()) + int(ground.max()) + len(plain) * max(field.alignments)
    for manner in MANNERS:
        with stop.ledger.asked("skyline fill"):
            filled = fill(field, manner, most, stop)
        if stop is first and filled is None:
            return
        stop = later
        if filled is not None:
            by, lowered = _lowered(field, filled, good_enough, stop)
            for i, offset in zip(plain, lowered, strict=True):
                beneath[i] = offset
            top = max(offset + items[i].size_bytes for i, offset in zip(plain, lowered, strict=True))
            most = min(most, int(_HIGHER * top))
            yield by, list(beneath)
            if top <= best:
                return
        if stop.now():
            return


def _lowered(field: IntervalField, offsets: Sequence[Bytes], good_enough: Bytes, stop: Stop) -> tuple[str, list[Bytes]]:
    """The lowered offsets, and the strategy that made them."""
    if stop.leaves_out("ejection chains"):
        return "skyline fill", list(offsets)
    with stop.ledger.asked("ejection chains"):
        return _chained(field, offsets, good_enough, stop)


def _chained(field: IntervalField, offsets: Sequence[Bytes], good_enough: Bytes, stop: Stop) -> tuple[str, list[Bytes]]:
    effort = min(_MOST_EFFORT, _EFFORT * len(offsets))
    lowering = EjectionChains(field, offsets)
    before = lowering.top
    lowering.approach(int(_ENOUGH * good_enough), effort, stop)
    if lowering.top <= _ENOUGH * good_enough:
        lowering.approach(int(_NEAR * good_enough), int(_LITTLE * effort), stop)
    return ("ejection chains" if lowering.top < before else "skyline fill"), lowering.offsets


def _plain(problem: RegionProblem, spans: Sequence[Sequence[Span]]) -> list[int]:
    """The items that may be packed as plain intervals. In-place partners are among them, because they may always lie
    apart."""
    tied = {item for pair in problem.apart | problem.alias_permits for item in pair}
    free = [
        i
        for i, item in enumerate(problem.items)
        if spans[i] and item.pinned_offset_bytes is None and i not in tied and item.size_bytes
    ]
    whole = [i for i in free if len(spans[i]) == 1]
    return whole if len(free) - len(whole) <= _SCATTERED_ITEMS else free


def _field(problem: RegionProblem, spans: Sequence[Sequence[Span]], plain: Sequence[int], ground: Any) -> IntervalField:
    items = [problem.items[i] for i in plain]
    hulls = [(spans[i][0][0], spans[i][-1][1]) for i in plain]
    sizes, alignments = [item.size_bytes for item in items], [item.alignment_bytes for item in items]
    coarsest = max(alignments)
    exact = IntervalField.of(hulls, sizes, alignments, ground)
    rounded = IntervalField.of(hulls, [align_up(size, coarsest) for size in sizes], alignments, ground)
    return rounded if rounded.bound <= _ROUNDED * exact.bound else exact


def _check_pins(problem: RegionProblem, spans: Sequence[Sequence[Span]]) -> None:
    """Raises PinsCollide if two pinned items are in each other's way."""
    pinned = sorted(
        (item.pinned_offset_bytes, i) for i, item in enumerate(problem.items) if item.pinned_offset_bytes is not None
    )
    for place, (offset, i) in enumerate(pinned):
        for other_offset, j in pinned[place + 1 :]:
            if other_offset >= offset + problem.items[i].size_bytes:
                break
            if any(low <= other_offset - offset <= high for low, high in forbidden_differences(problem, i, j)):
                raise PinsCollide(min(i, j), max(i, j))
