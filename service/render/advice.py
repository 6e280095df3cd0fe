"""A layout's advice in words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from warpack.service.render.figures import Figure
from warpack.solver.wire.counts import number_of

_MOST_COSTS = 4
_MOST_NAMES = 4


_LABELS = {
    "block_peak": "peak of the block",
    "barriers": "missing barriers",
    "one_more_block": "one more block",
    "by_hand": "your layout",
    "resident_threads": "more residents",
}


def advice_figures(advice: dict[str, Any]) -> list[Figure]:
    """One figure for each kind of advice. Kinds of a later version are shown as they are."""
    return [
        (_LABELS.get(key, key.replace("_", " ")), _SPOKEN.get(key, str)(value))
        for key, value in advice.items()
        if value
    ]


def _peak(peak: dict[str, Any]) -> str:
    held = [f"{one['name']} {one['bytes']}" for one in peak["buffers"]]
    text = f"{peak['live_bytes']} bytes must lie apart in phase {_phase(peak)}: {first_few(held)}"
    lower = [f"{one['live_bytes']} if {_change(one)}" for one in peak.get("lowered_by", ())]
    return text + (f"; it would be {first_few(lower)}" if lower else "")


def _phase(where: dict[str, Any]) -> str:
    phase, name = str(where["phase"]), str(where["phase_name"])
    return phase if phase == name else f"{phase} ({name})"


def _change(change: dict[str, Any]) -> str:
    """One lifetime without one phase."""
    how = "ended before" if change["change"] == "ends_earlier" else "started after"
    return f"{change['name']} {how} phase {_phase(change)}"


def _next_larger_block(larger: dict[str, Any]) -> str:
    told, threads = [], larger["threads_per_block"]
    if "run_bytes_at_most" in larger:
        text = f"run bytes of at most {larger['run_bytes_at_most']}: {larger['run_bytes_to_go']} fewer"
        if larger.get("ruled_out_by_the_bound"):
            text += ", which no layout of these buffers has"
        told.append(text + (f"; {_enough(larger['enough'])}" if "enough" in larger else ""))
    region = larger.get("block_region")
    if region is not None:
        text = f"a block region of at most {region['block_region_bytes_at_most']}: {region['block_region_bytes_to_go']} fewer"
        told.append(text + (f"; {_enough(region['enough'])}" if "enough" in region else ""))
    return f"{number_of(threads, 'thread')} need{'s' * (threads == 1)} {'. Or '.join(told)}"


def _enough(enough: dict[str, Any]) -> str:
    ways = []
    if enough["without"]:
        ways.append(f"without any one of these it fits: {first_few(enough['without'])}")
    if enough["shorter"]:
        ways.append(
            f"or if {first_few([_change(one) for one in enough['shorter']])}".removeprefix("" if ways else "or ")
        )
    if enough.get("barriers"):
        ways.append(f"or {first_few([_before(one) for one in enough['barriers']])}".removeprefix("" if ways else "or "))
    if not ways:
        return (
            "no single buffer less, and no single lifetime one phase shorter, is enough"
            if enough["settled"]
            else "no single buffer or lifetime was found to be enough"
        )
    others = "" if enough["settled"] else "; and perhaps others: not all were tried to the end"
    return ", ".join(ways) + others


def _resident_threads(more: dict[str, Any]) -> str:
    return (
        f'"objective": "resident_threads" would give blocks of {number_of(more["threads_per_block"], "thread")} and '
        f"{more['resident_threads']} resident ones in place of {more['resident_threads_now']}"
    )


def _one_more_block(more: dict[str, Any]) -> str:
    blocks = more["blocks_per_sm"]
    if "limited_by" in more:
        limits = " and ".join(more["limited_by"])
        return f"fewer bytes bring none: {limits} allow no more than {blocks - 1} on a multiprocessor"
    text = f"{blocks} on a multiprocessor need at most {more['dynamic_shared_bytes_at_most']} bytes a block: {more['bytes_to_go']} fewer"
    if more.get("ruled_out_by_the_bound"):
        text += ", which no layout of these buffers has"
    return text + (f"; {_enough(more['enough'])}" if "enough" in more else "")


def _before(barrier: dict[str, Any]) -> str:
    places = [f"{_phase(one)}{' of ' + one['component'] if one['component'] else ''}" for one in barrier["before"]]
    several = "s" if len(places) > 1 else ""
    return f"with barrier{several} before phase{several} {' and '.join(places)}"


def _barriers(barriers: Sequence[dict[str, Any]]) -> str:
    told = []
    for one in barriers:
        saved = [
            f"{one[key]} {what}"
            for key, what in (
                ("run_bytes_saved", "run bytes"),
                ("block_region_bytes_saved", "bytes of the block region"),
            )
            if one[key] > 0
        ]
        told.append(f"{_before(one)} {' and '.join(saved)} less")
    return first_few(told)


def _by_hand(own: dict[str, Any]) -> str:
    if own.get("optimal"):
        return "your layout is proven optimal"
    return "your layout is better than what was found in time: allow more, or give its offsets as solver.warm_start"


def _promoted(promoted: dict[str, Any]) -> str:
    return (
        f"{promoted['accesses_on_chip']} of {promoted['accesses']} accesses of auto buffers are on chip: "
        f"{first_few(promoted['buffers']) or 'none'}"
    )


def _auto(auto: dict[str, Any]) -> str:
    if "status" not in auto:
        return "the objective keeps auto buffers local"
    weighed = auto.get("weighed")
    if weighed is not None:
        text = _weighed(weighed)
    elif auto["status"] == "optimal":
        text = "no choice of auto buffers has more accesses on chip with these threads"
    else:
        text = f"no choice of auto buffers has more than {auto['accesses_at_most']} accesses on chip with these threads"
    left = [f"{one['name']} ({one['accesses']} accesses): {one['why']}" for one in auto["buffers"] if "why" in one]
    more = len(left) - _MOST_COSTS
    told = "; ".join(left[:_MOST_COSTS]) + (f"; and {more} more" if more > 0 else "")
    return text + (f"; left local: {told}" if left else "")


def _weighed(weighed: dict[str, Any]) -> str:
    best = "no choice of auto buffers is worth more" if weighed["status"] == "optimal" else "the best choice found"
    return (
        f"{best}: {weighed['resident_threads']} resident threads for accesses that cost {weighed['cost']} a run, "
        f"{weighed['local_access_cost']} each off chip"
    )


def first_few(names: Sequence[str]) -> str:
    """The first names, and how many more there are."""
    more = len(names) - _MOST_NAMES
    return ", ".join(names[:_MOST_NAMES]) + (f" and {more} more" if more > 0 else "")


_SPOKEN: dict[str, Callable[[Any], str]] = {
    "peak": _peak,
    "block_peak": _peak,
    "barriers": _barriers,
    "one_more_block": _one_more_block,
    "by_hand": _by_hand,
    "next_larger_block": _next_larger_block,
    "resident_threads": _resident_threads,
    "promoted": _promoted,
    "auto": _auto,
}
