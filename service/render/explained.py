"""An explanation of a buffer's place, in words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from warpack.service.derived import stretch
from warpack.service.render.advice import first_few
from warpack.solver.wire.counts import number_of

if TYPE_CHECKING:
    from warpack.service.explained import Explanation, Phases, Support
    from warpack.service.render.figures import Figure

_MOST_SPANS = 3
_MOST_OTHERS = 8
_REGIONS = {"run": "of one run's window", "block": "of the block region", "pool": "of the pool"}


def explained_figures(told: Explanation) -> list[Figure]:
    """Labels and texts: when it is needed, who shares its bytes, what holds it there, and what would free it."""
    if told.region not in _REGIONS:
        return [("place", f"{told.size_bytes} bytes in {told.region.replace('_', ' ')} memory of each thread"), _off()]
    if not told.needs:
        return [("place", "it has no bytes: nothing lies anywhere, and nothing has to be freed")]
    return [*_places(told), *_needed(told), *_shared(told), ("held by", _held(told)), *_peak(told), *_freed(told)]


def _off() -> Figure:
    return "to free it", "it takes no shared bytes"


def _places(told: Explanation) -> Iterator[Figure]:
    apart = len(told.needs) > 1
    total = f"{told.size_bytes} bytes {_REGIONS[told.region]}"
    first, last = min(one.start_bytes for one in told.needs), max(one.end_bytes for one in told.needs) - 1
    yield "place", f"{total}, {first} to {last}"
    for one in told.needs if apart else ():
        yield "", f"{one.name}: {one.start_bytes} to {one.end_bytes - 1}"


def _needed(told: Explanation) -> Iterator[Figure]:
    if told.persistent:
        yield "needed", "in every phase: it is persistent"
        return
    label = "needed"
    for one in told.needs:
        name = f"{one.name}: " if len(told.needs) > 1 else ""
        yield label, f"{name}accessed in {_spans(told, one.accesses) or 'no phase'}"
        label = ""
        for start, end, why in one.kept[:_MOST_SPANS]:
            yield "", f"kept in {stretch(told.phase_names, start, end)}: {why}"
        if len(one.kept) > _MOST_SPANS:
            yield "", f"kept in {len(one.kept) - _MOST_SPANS} other stretches, too (--json has all)"


def _shared(told: Explanation) -> Iterator[Figure]:
    if not told.shares:
        yield "shares with", "nobody: no other buffer has any of its bytes at any time"
        return
    label = "shares with"
    for other in told.shares[:_MOST_OTHERS]:
        yield (
            label,
            f"{other.name}, bytes {other.start_bytes} to {other.end_bytes - 1}, needed in "
            f"{_spans(told, other.phases) or 'no phase'}",
        )
        label = ""
    if len(told.shares) > _MOST_OTHERS:
        yield "", f"and {len(told.shares) - _MOST_OTHERS} more (--json has all)"
    for passing in told.passings[:_MOST_OTHERS]:
        yield "", passing


def _held(told: Explanation) -> str:
    if told.pinned:
        return "the manifest pins it there"
    start = min(one.start_bytes for one in told.needs)
    if start == 0:
        return f"nothing: it lies at the start {_REGIONS[told.region]}"
    if told.lowest_bytes is not None and told.lowest_bytes < start:
        return f"nothing: with all others where they are it could lie at {told.lowest_bytes}, too"
    if not told.supports:
        return "what lies lower: at no lower offset is there room for all of it"
    return "; ".join(f"{one.name}, which ends at {one.end_bytes}: {_why(told, one)}" for one in _first(told.supports))


def _why(told: Explanation, support: Support) -> str:
    where = _spans(told, support.phases)
    return {
        "persistent": "one of the two is persistent",
        "apart": "the manifest says that they lie apart",
        "entry": "both are zeroed at the program's start",
        "unordered": f"no barrier stands between their accesses around {where}",
        "lanes": f"threads of two tracks or arms may access them at once in {where}",
    }.get(support.reason, f"both are needed in {where}")


def _peak(told: Explanation) -> Iterator[Figure]:
    peak = told.peak
    if peak is None:
        return
    names = told.phase_names
    most = f"{peak.with_bytes} bytes are needed at once, in {names[peak.with_phase]}"
    if peak.held and peak.without_bytes == peak.with_bytes:
        where = f"{names[peak.without_phase]} ({first_few(peak.others)})"
        yield "peak", f"{most}; without it {peak.without_bytes} bytes are still needed, in {where}"
    elif peak.without_bytes == peak.with_bytes:
        yield "peak", f"{most}; without this buffer it is the same: it does not hold the peak"
    else:
        yield "peak", f"{most}; without this buffer {peak.without_bytes}, in {names[peak.without_phase]}"


def _freed(told: Explanation) -> Iterator[Figure]:
    ways = [*dict.fromkeys(_ways(told))]
    yield "to free it", ways[0] if ways else "no single change is known that would"
    yield from (("", way) for way in ways[1:])


def _ways(told: Explanation) -> Iterator[str]:
    for one in _first(told.supports):
        if one.reason == "needed":
            yield f"if the two were not both needed in {_spans(told, one.phases)}, it could take bytes of {one.name}"
        elif one.reason == "unordered":
            yield f"a barrier around {_spans(told, one.phases)} would let it take bytes of {one.name}"
        elif one.reason == "apart":
            yield f"without that pair under `apart` it could take bytes of {one.name}"
    yield from map(_change, told.changes)
    if told.may_be_local:
        yield 'only one thread uses it: "location": "local" or "auto" may take it off the chip'


def _change(change: dict[str, Any]) -> str:
    how = "without it"
    if change.get("change") in ("ends_earlier", "starts_later"):
        side = "ended before" if change["change"] == "ends_earlier" else "started after"
        how = f"if {change['name']} {side} phase {change['phase_name']}"
    if change["what"] == "lower_peak":
        return f"{how} the peak would be {change['live_bytes']} bytes"
    threads = change.get("threads_per_block")
    if threads:
        return f"{how} {number_of(threads, 'thread')} per block would fit"
    return f"{how} {number_of(change['blocks_per_sm'], 'block')} a multiprocessor would fit"


def _spans(told: Explanation, phases: Phases) -> str:
    said = [stretch(told.phase_names, start, end) for start, end in phases[:_MOST_SPANS]]
    more = len(phases) - _MOST_SPANS
    return ", ".join(said) + (f" and {more} more stretch{'es' if more > 1 else ''}" if more > 0 else "")


def _first(supports: Iterable[Support]) -> list[Support]:
    return list(supports)[:_MOST_SPANS]
