"""Whether the structures of a timeline are properly nested, and which one lies outside where two have the same span."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby

from warpack.solver.reading.collector import Collector
from warpack.solver.reading.structures import Structure

WHOLE_GROUP, CHOICE, LOOP, WHOLE_BRANCH, ONLY_ARM = range(5)
"""Ranks of structures over one span, the outer first. A group of one track lies outside that track. Tracks, and arms of
a branch of two or more, lie outside loops. A loop lies outside a branch if it holds all its arms. A branch of one arm
lies outside that arm."""


def rank_of_group(tracks: int) -> int:
    """No other structure may have the whole span of several tracks, so their rank does not matter."""
    return WHOLE_GROUP if tracks == 1 else WHOLE_BRANCH


def rank_of_arm(arms: int) -> int:
    return ONLY_ARM if arms == 1 else CHOICE


def check_nesting(collector: Collector, structures: Iterable[Structure]) -> bool:
    """A problem for each two structures that cross, or that have one span and no rule says which lies outside."""
    ordered = sorted(structures, key=lambda one: (one.span[0], -one.span[1], one.rank))
    wrong: dict[tuple[str, str], tuple[str, str, str]] = {}
    for _, same in groupby(ordered, key=lambda one: one.span):
        pair = _unclear(list(same))
        if pair is not None:
            _note(wrong, pair, "same-span", _UNCLEAR)
    around: list[Structure] = []
    for structure in ordered:
        start, end = structure.span
        while around and around[-1].span[1] <= start:
            around.pop()
        if around and around[-1].span[1] < end:
            pair = around[-1], structure
            loops = pair[0].kind == pair[1].kind == "loop"
            _note(wrong, pair, "loops-cross" if loops else "structures-cross", _CROSSING)
            continue
        around.append(structure)
    for type_, pointer, message in wrong.values():
        collector.error(type_, pointer, message)
    return not wrong


_UNCLEAR = (
    "{} and {} have the very same span, so that it is not said which lies inside the other: name one more phase that belongs to the "
    "outer one alone."
)
_CROSSING = "{} and {} cross: one must lie inside the other, or they must have no phase in common."


def _unclear(same: list[Structure]) -> tuple[Structure, Structure] | None:
    """Two structures of one span of which either might lie outside."""
    if len(same) == 1:
        return None
    unclear = [one for one in same if one.rank in (CHOICE, WHOLE_BRANCH)]
    if len(unclear) == 1 and unclear[0].kind == "tracks":
        unclear += [one for one in same if one.rank == LOOP]
    return (unclear[0], unclear[1]) if len(unclear) > 1 else None


def _note(
    wrong: dict[tuple[str, str], tuple[str, str, str]], pair: tuple[Structure, Structure], type_: str, message: str
) -> None:
    """One problem for two loops, branches or groups of tracks, however many of their spans cross."""
    first, second = sorted(pair, key=_listed)
    shown = f"The {_named(first)}", f"the {_named(second)}"
    wrong.setdefault((_owner(first), _owner(second)), (type_, second.pointer, message.format(*shown)))


def _listed(one: Structure) -> list[tuple[int, str]]:
    """Its place in the document."""
    return [(int(step), "") if step.isdigit() else (0, step) for step in one.pointer.split("/")]


def _owner(one: Structure) -> str:
    """The loop, branch or group of tracks that it is or belongs to."""
    return one.pointer.rpartition("/")[0] if one.kind in ("arm", "track") else one.pointer


def _named(one: Structure) -> str:
    what = {"branch": "branch of the arms", "tracks": "tracks of"}.get(one.kind, one.kind)
    return f"{what} {one.shown}"
