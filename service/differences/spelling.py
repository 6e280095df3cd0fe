"""Writes times of a manifest in names of phases, so that an added or removed phase changes nothing else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Names = list[str] | None


def phase(names: Names, at: Any) -> Any:
    """The name of a phase, if phases have names."""
    return names[at] if names is not None and isinstance(at, int) else at


def interval(names: Names, span: list[Any]) -> str:
    """`load`, `load to store`, or `[0, 2)`."""
    start, end = span
    if isinstance(start, str):
        return f"{start} to {end}"
    if names is None:
        return f"[{start}, {end})"
    ends = dict.fromkeys((names[start], names[end - 1]))
    return " to ".join(ends) if start < end else f"{names[start]} to {names[end - 1]}"


def intervals(names: Names, spans: Any) -> Any:
    return [interval(names, span) for span in spans] if isinstance(spans, list) else spans


def times(names: Names, fields: dict[str, Any]) -> dict[str, Any]:
    """The fields of a buffer or part, with its times in names of phases."""
    spelled = dict(fields)
    if "lifetime" in spelled:
        spelled["lifetime"] = intervals(names, spelled["lifetime"])
    accesses = spelled.pop("accesses_in", None)
    if accesses is not None:
        told: dict[str, Any] = {
            kind: [phase(names, one) for one in phases] for kind, phases in accesses.items() if phases
        }
        spelled |= told or {"accesses_in": "none"}
    return spelled


STRUCTURES: dict[str, tuple[str, Callable[[Names, Any], tuple[str, dict[str, Any]]]]] = {}
"""For each list of a timeline: the word for one entry, and a function that gives the entry's name and fields."""


def _structure(key: str, word: str) -> Callable[[Any], Any]:
    def kept(spell: Any) -> Any:
        STRUCTURES[key] = word, spell
        return spell

    return kept


@_structure("loops", "loop")
def _loop(names: Names, loop: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    rest = {key: value for key, value in loop.items() if key != "span"}
    return interval(names, loop["span"]), rest | {"breaks": [phase(names, one) for one in loop["breaks"]]}


@_structure("branches", "branch")
def _branch(names: Names, branch: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    rest = {key: value for key, value in branch.items() if key != "arms"}
    return " | ".join(interval(names, arm) for arm in branch["arms"]), rest


@_structure("tracks", "tracks")
def _tracks(names: Names, tracks: list[dict[str, Any]]) -> tuple[str, dict[str, Any]]:
    fields = {track["name"]: f"{interval(names, track['span'])}, {track['threads']} threads" for track in tracks}
    return " | ".join(fields), fields


@_structure("barriers", "barrier")
def _barrier(names: Names, barrier: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    side = "after" if "after" in barrier else "before"
    rest = {key: value for key, value in barrier.items() if key != side}
    return f"{side} {phase(names, barrier[side])}", rest
