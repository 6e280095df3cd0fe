"""A verdict for each pair of work arrays, from a recording and the static analysis of the same kernel together.

A recording sees what was needed with these inputs, the static analysis what may be needed on any way. Where both say
that two arrays are never needed at once, that is proved. Where only the recording does, it is an observation; and where
the recording cannot know, since a line never ran or a loop made one trip, the two are taken as needed together.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations
from typing import Protocol

from warpack.gpu_runtime.trace.positions import ArraySite, Path

Pair = frozenset[ArraySite]


class Verdict(StrEnum):
    TOGETHER = "needed together"
    PROVED = "apart, proved"
    OBSERVED = "apart, only observed"
    NOT_COVERED = "taken as together"


class LoopOfKernel(Protocol):
    @property
    def path(self) -> Path: ...
    @property
    def trips(self) -> int | None: ...
    @property
    def arrays(self) -> frozenset[ArraySite]: ...


class StaticLifetimes(Protocol):
    """What the static analysis found: `static.Lifetimes`, or several launches of one kernel `merged`."""

    @property
    def arrays(self) -> tuple[ArraySite, ...]: ...
    @property
    def together(self) -> Mapping[Pair, Path]: ...
    @property
    def unordered(self) -> Mapping[Pair, tuple[Path, Path]]: ...
    @property
    def private(self) -> frozenset[ArraySite]: ...
    @property
    def apart_as_runs(self) -> frozenset[Pair]: ...
    @property
    def accesses(self) -> Mapping[Path, frozenset[ArraySite]]: ...
    @property
    def loops(self) -> tuple[LoopOfKernel, ...]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """What verdicts need of a recording, or of several that were merged.

    `together`: pairs that were needed at once. `ran`: reads and writes that ran. `trips`: most trips of each loop.
    `run_scoped`: arrays of which each element was touched by the threads of one run only.
    """

    arrays: tuple[ArraySite, ...]
    together: frozenset[Pair]
    ran: frozenset[Path]
    trips: Mapping[Path, int]
    run_scoped: frozenset[ArraySite] = frozenset()


@dataclass(frozen=True, slots=True)
class PairVerdict:
    """`because` is a sentence for people; `where` the place that it speaks of, where there is one."""

    first: ArraySite
    second: ArraySite
    verdict: Verdict
    because: str = ""
    where: Path | None = None

    @property
    def pair(self) -> Pair:
        return frozenset((self.first, self.second))


def judge(recorded: Recorded, static: StaticLifetimes) -> tuple[PairVerdict, ...]:
    """One verdict for each pair of recorded arrays, in the recording's order."""
    judgement = _Judgement(recorded, static)
    return tuple(judgement.of(first, second) for first, second in combinations(recorded.arrays, 2))


def kept_apart(verdicts: Iterable[PairVerdict], proved_only: bool = False) -> frozenset[Pair]:
    """Pairs that no layout may give the same bytes though the recording saw them apart: those that it could not cover,
    and with `proved_only` (`--proved`) also those that are only observed."""
    refused = {Verdict.NOT_COVERED, Verdict.OBSERVED} if proved_only else {Verdict.NOT_COVERED}
    return frozenset(verdict.pair for verdict in verdicts if verdict.verdict in refused)


def only_observed(verdicts: Iterable[PairVerdict]) -> tuple[PairVerdict, ...]:
    """The pairs that may share bytes on the word of the inputs alone; reports list them by name."""
    return tuple(verdict for verdict in verdicts if verdict.verdict is Verdict.OBSERVED)


def never_ran(ran: frozenset[Path], static: StaticLifetimes) -> dict[Path, frozenset[ArraySite]]:
    """Reads and writes that the kernel holds and no recording has seen, each with the arrays that it touches."""
    return {path: arrays for path, arrays in static.accesses.items() if path not in ran}


def one_trip(trips: Mapping[Path, int], static: StaticLifetimes) -> dict[Path, frozenset[ArraySite]]:
    """Loops of which no trip was seen to follow another, though one may, each with the arrays that it touches."""
    return {loop.path: loop.arrays for loop in static.loops if loop.trips is None and trips.get(loop.path, 0) == 1}


class _Judgement:
    def __init__(self, recorded: Recorded, static: StaticLifetimes) -> None:
        self.recorded, self.static = recorded, static
        # The two name arrays alike, but each in its own words: the place where one is made is what they share.
        self.known = {site.path: site for site in static.arrays}
        self.missed = _first_by_array(never_ran(recorded.ran, static))
        self.thin = _first_by_array(one_trip(recorded.trips, static))

    def of(self, first: ArraySite, second: ArraySite) -> PairVerdict:
        if frozenset((first, second)) in self.recorded.together:
            return PairVerdict(first, second, Verdict.TOGETHER)
        ours = [self.known.get(site.path) for site in (first, second)]
        for site, own in zip((first, second), ours, strict=True):
            if own is None:
                said = f"the static analysis does not know {site.name}"
                return PairVerdict(first, second, Verdict.OBSERVED, said, site.path)
        pair = frozenset(site for site in ours if site is not None)
        if self.recorded.run_scoped >= {first, second} and pair in self.static.apart_as_runs:
            return PairVerdict(first, second, Verdict.PROVED)
        if pair not in self.static.together:
            return self._apart(first, second, pair)
        return self._doubtful(first, second) or PairVerdict(
            first,
            second,
            Verdict.OBSERVED,
            f"both may be needed at {_line(self.static.together[pair])}",
            self.static.together[pair],
        )

    def _apart(self, first: ArraySite, second: ArraySite, pair: Pair) -> PairVerdict:
        if pair not in self.static.unordered:
            return PairVerdict(first, second, Verdict.PROVED)
        before, after = self.static.unordered[pair]
        if self.recorded.run_scoped >= {first, second}:
            said = "each thread was seen to touch elements of its own only"
            return self._doubtful(first, second) or PairVerdict(first, second, Verdict.OBSERVED, said, after)
        said = f"no barrier on some way from {_line(before)} to {_line(after)}"
        return PairVerdict(first, second, Verdict.NOT_COVERED, said, after)

    def _doubtful(self, first: ArraySite, second: ArraySite) -> PairVerdict | None:
        """Whether something that the recording has not seen touches one of the two."""
        ours = [self.known[site.path] for site in (first, second)]
        for site in ours:
            if site in self.missed:
                where = self.missed[site]
                said = f"{_line(where)} never ran; it uses {site.name}"
                return PairVerdict(first, second, Verdict.NOT_COVERED, said, where)
        for site in ours:
            if site in self.thin:
                where = self.thin[site]
                said = f"the loop of {_line(where)} made one trip; it uses {site.name}"
                return PairVerdict(first, second, Verdict.NOT_COVERED, said, where)
        return None


def _first_by_array(found: Mapping[Path, frozenset[ArraySite]]) -> dict[ArraySite, Path]:
    by_array: dict[ArraySite, Path] = {}
    for path in sorted(found):
        for site in found[path]:
            by_array.setdefault(site, path)
    return by_array


def _line(path: Path) -> str:
    """The innermost line, and by which calls it is reached."""
    calls = "".join(f", called in line {place.line}" for place in reversed(path[:-1]))
    return f"line {path[-1].line}{calls}"
