"""What the static analysis found, as verdicts need it, without the analysis itself: that lives with numba."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from warpack.gpu_runtime.trace.positions import ArraySite, Path
from warpack.gpu_runtime.trace.summary.places import Places
from warpack.gpu_runtime.trace.verdicts import Pair, StaticLifetimes


@dataclass(frozen=True, slots=True)
class LoopFacts:
    """`trips`: where they are fixed when the kernel is compiled."""

    path: Path
    trips: int | None
    arrays: frozenset[ArraySite]


@dataclass(frozen=True, slots=True, kw_only=True)
class StaticFacts:
    """Of a kernel, in all ways in which it was launched. `unfollowed`: sentences, what was not understood."""

    arrays: tuple[ArraySite, ...]
    together: Mapping[Pair, Path]
    unordered: Mapping[Pair, tuple[Path, Path]]
    private: frozenset[ArraySite]
    apart_as_runs: frozenset[Pair]
    accesses: Mapping[Path, frozenset[ArraySite]]
    loops: tuple[LoopFacts, ...]
    unfollowed: tuple[str, ...] = ()


def facts_of(found: StaticLifetimes, unfollowed: Iterable[str] = ()) -> StaticFacts:
    """Those of one launch, in an order that does not depend on the process."""
    return StaticFacts(
        arrays=tuple(sorted(found.arrays, key=lambda site: site.path)),
        together=found.together,
        unordered=found.unordered,
        private=found.private,
        apart_as_runs=found.apart_as_runs,
        accesses=found.accesses,
        loops=tuple(LoopFacts(loop.path, loop.trips, loop.arrays) for loop in found.loops),
        unfollowed=tuple(unfollowed),
    )


def both(one: StaticFacts, other: StaticFacts) -> StaticFacts:
    """Of two launches: what either may need. Arrays go by where they are made."""
    known = {site.path: site for site in (*other.arrays, *one.arrays)}

    def sites(found: Iterable[ArraySite]) -> frozenset[ArraySite]:
        return frozenset(known[site.path] for site in found)

    def as_runs(found: StaticFacts) -> frozenset[Pair]:
        """Those that are apart as runs, or whatever they are."""
        pairs = (frozenset(pair) for pair in combinations(found.arrays, 2))
        apart = (pair for pair in pairs if pair not in found.together and pair not in found.unordered)
        return frozenset(sites(pair) for pair in (*found.apart_as_runs, *apart))

    together = {sites(pair): path for pair, path in (*other.together.items(), *one.together.items())}
    unordered = {sites(pair): places for pair, places in (*other.unordered.items(), *one.unordered.items())}
    accesses = {path: sites(found) for path, found in other.accesses.items()}
    for path, found in one.accesses.items():
        accesses[path] = accesses.get(path, frozenset()) | sites(found)
    loops = {loop.path: LoopFacts(loop.path, loop.trips, sites(loop.arrays)) for loop in other.loops}
    for loop in one.loops:
        before = loops.get(loop.path, loop)
        trips = loop.trips if loop.trips == before.trips else None
        loops[loop.path] = LoopFacts(loop.path, trips, sites((*loop.arrays, *before.arrays)))
    return StaticFacts(
        arrays=tuple(known.values()),
        together=together,
        unordered={pair: places for pair, places in unordered.items() if pair not in together},
        private=sites(one.private) & sites(other.private),
        apart_as_runs=as_runs(one) & as_runs(other),
        accesses=accesses,
        loops=tuple(loops.values()),
        unfollowed=tuple(dict.fromkeys([*one.unfollowed, *other.unfollowed])),
    )


def to_json(facts: StaticFacts, places: Places) -> dict[str, Any]:
    """Arrays by their numbers in a list."""
    numbers = {site: number for number, site in enumerate(facts.arrays)}

    def of(found: Iterable[ArraySite]) -> list[int]:
        return sorted(numbers[site] for site in found)

    return {
        "arrays": [places.site(site) for site in facts.arrays],
        "together": sorted([of(pair), places.path(path)] for pair, path in facts.together.items()),
        "unordered": sorted([of(pair), *map(places.path, found)] for pair, found in facts.unordered.items()),
        "private": of(facts.private),
        "apart_as_runs": sorted(of(pair) for pair in facts.apart_as_runs),
        "accesses": [[places.path(path), of(found)] for path, found in sorted(facts.accesses.items())],
        "loops": [[places.path(loop.path), loop.trips, of(loop.arrays)] for loop in facts.loops],
        "unfollowed": list(facts.unfollowed),
    }


def from_json(document: Mapping[str, Any], places: Places) -> StaticFacts:
    """What `to_json` wrote."""
    arrays = tuple(map(places.read_site, document["arrays"]))
    path = places.read_path

    def of(numbers: Iterable[int]) -> frozenset[ArraySite]:
        return frozenset(arrays[number] for number in numbers)

    return StaticFacts(
        arrays=arrays,
        together={of(pair): path(at) for pair, at in document["together"]},
        unordered={of(pair): (path(one), path(other)) for pair, one, other in document["unordered"]},
        private=of(document["private"]),
        apart_as_runs=frozenset(of(pair) for pair in document["apart_as_runs"]),
        accesses={path(at): of(found) for at, found in document["accesses"]},
        loops=tuple(LoopFacts(path(at), trips, of(found)) for at, trips, found in document["loops"]),
        unfollowed=tuple(map(str, document["unfollowed"])),
    )
