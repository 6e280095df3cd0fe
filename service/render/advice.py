"""A layout's advice in words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from service.render.figures import Figure

_MOST_NAMES = 4


def advice_figures(advice: dict[str, Any]) -> list[Figure]:
    """One figure for each kind of advice that there is; kinds of a later version are given as they are."""
    return [(key.replace("_", " "), _SPOKEN.get(key, str)(value)) for key, value in advice.items() if value]


def _peak(peak: dict[str, Any]) -> str:
    phase, name = str(peak["phase"]), str(peak["phase_name"])
    where = phase if phase == name else f"{phase} ({name})"
    held = [f"{one['name']} {one['bytes']}" for one in peak["buffers"]]
    return f"{peak['live_bytes']} bytes must lie apart in phase {where}: {first_few(held)}"


def _next_larger_block(larger: dict[str, Any]) -> str:
    text = (
        f"{larger['threads_per_block']} threads need run bytes of at most {larger['run_bytes_at_most']}: "
        f"{larger['run_bytes_to_go']} fewer"
    )
    if larger.get("ruled_out_by_the_bound"):
        text += ", which no layout of these buffers has"
    enough = larger.get("buffers_at_peak_as_large")
    return text + (f"; each of these at the peak is as large: {first_few(enough)}" if enough else "")


def _resident_threads(more: dict[str, Any]) -> str:
    return (
        f'"objective": "resident_threads" would give blocks of {more["threads_per_block"]} threads and '
        f"{more['resident_threads']} resident ones in place of {more['resident_threads_now']}"
    )


def _promoted(promoted: dict[str, Any]) -> str:
    return (
        f"{promoted['accesses_on_chip']} of {promoted['accesses']} accesses of auto buffers are on chip: "
        f"{first_few(promoted['buffers']) or 'none fits'}"
    )


def first_few(names: Sequence[str]) -> str:
    """The names, and how many more there are where they are many."""
    more = len(names) - _MOST_NAMES
    return ", ".join(names[:_MOST_NAMES]) + (f" and {more} more" if more > 0 else "")


_SPOKEN: dict[str, Callable[[Any], str]] = {
    "peak": _peak,
    "next_larger_block": _next_larger_block,
    "resident_threads": _resident_threads,
    "promoted": _promoted,
}
