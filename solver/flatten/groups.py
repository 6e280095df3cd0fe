"""What runs at the same time, or instead of one another: tracks, components called in one phase, and arms of a
branch."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain
from typing import Literal

from warpack.solver.wire.manifest import Scope, Span, Track
from warpack.solver.wire.units import Phase

Beside = Literal["tracks", "calls", "arms"]


@dataclass(frozen=True, slots=True)
class Group:
    """`members`: the flattened phases of each track, called component or arm, in order. `uniform`: which threads choose
    an arm together. `aligned`: every track begins with a thread that is the first of a run. Tracks with the same
    `stated` are the same threads in several calls."""

    kind: Beside
    members: tuple[Span, ...]
    uniform: Scope | None = None
    aligned: bool = False
    stated: tuple[str, Phase] = ("", 0)

    def parts(self, crossing: bool, block_scope: bool, private: bool) -> bool:
        """Whether buffers in two members conflict for that reason alone. `crossing`: one is block-scoped and one
        run-scoped; else `block_scope` says which both are, `private` whether one thread alone uses them."""
        if self.kind == "calls":
            return True
        if self.kind == "tracks":
            return crossing or block_scope or not self.aligned
        if crossing or block_scope:
            return self.uniform != "block"
        return not private and self.uniform is None


def aligned(tracks: Iterable[Track], threads_per_run: int, threads_per_block: int | None) -> bool:
    """Whether each track begins with the first thread of a run, as far as that is known."""
    tracks = tuple(tracks)
    before, at = 0, True
    for track in tracks:
        at = at and before % threads_per_run == 0
        if track.threads is None:
            break
        before += track.threads
    else:
        return at
    if not at:
        return False
    behind = list(tracks[tracks.index(track) + 1 :])
    if not behind:
        return True
    if threads_per_block is None:  # the block is a whole number of runs: count from its end
        after = 0
        for one in reversed(behind):
            after += one.threads or 0
            if after % threads_per_run:
                return False
        return True
    at_thread = threads_per_block - sum(one.threads or 0 for one in behind)
    for one in behind:
        if at_thread % threads_per_run:
            return False
        at_thread += one.threads or 0
    return True


class Membership:
    """For a set of phases, which members of which groups it meets: for each group a bit set."""

    def __init__(self, groups: Iterable[Group]) -> None:
        rows = sorted(
            chain.from_iterable(
                ((span[0], span[1], number, member) for member, span in enumerate(group.members))
                for number, group in enumerate(groups)
            )
        )
        self._rows = rows
        self._starts = [row[0] for row in rows]
        self._longest = max((row[1] - row[0] for row in rows), default=0)

    def of(self, spans: Iterable[Span]) -> dict[int, int]:
        found: dict[int, int] = {}
        for start, end in spans:
            at = bisect_right(self._starts, end - 1)
            while at and self._starts[at - 1] > start - self._longest:
                at -= 1
                _, beyond, group, member = self._rows[at]
                if beyond > start:
                    found[group] = found.get(group, 0) | 1 << member
        return found


def in_two(first: dict[int, int], second: dict[int, int], which: frozenset[int]) -> bool:
    """Whether the two meet different members of a group."""
    if len(first) > len(second):
        first, second = second, first
    for group, mine in first.items():
        theirs = second.get(group)
        if theirs is not None and group in which and (mine != theirs or mine & (mine - 1)):
            return True
    return False
