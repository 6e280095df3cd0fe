"""Merges summaries of one kernel, of other inputs or another version of Python. Nothing that one has shown is lost."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace

from warpack.gpu_runtime.trace.errors import TraceError
from warpack.gpu_runtime.trace.positions import ArraySite, Path
from warpack.gpu_runtime.trace.summary.model import Array, Loop, Place, Race, Summary
from warpack.gpu_runtime.trace.summary.static_facts import both


def merged(one: Summary, other: Summary) -> Summary:
    """Both together. Raises TraceError where they are of two kernels, or of two states of one source."""
    if (one.kernel, one.file, one.line) != (other.kernel, other.file, other.line):
        raise TraceError(
            f"traces of two kernels, {one.kernel} ({one.file}:{one.line}) and {other.kernel} "
            f"({other.file}:{other.line}), cannot be merged"
        )
    other = _with_names_of(one, other)
    arrays = _arrays(one, other)
    return Summary(
        kernel=one.kernel,
        file=one.file,
        line=one.line,
        blocks=one.blocks + other.blocks,
        block_shapes=one.block_shapes | other.block_shapes,
        arrays=arrays,
        loops=_loops(one.loops, other.loops),
        places=_found_from_the_start(_places(one.places, other.places), arrays),
        clashes=one.clashes | other.clashes,
        races=_races(one.races, other.races),
        notes=tuple(dict.fromkeys([*one.notes, *other.notes])),
        two_names=tuple(dict.fromkeys([*one.two_names, *other.two_names])),
        static=None if one.static is None or other.static is None else both(one.static, other.static),
        static_trouble=one.static_trouble or other.static_trouble,
    )


def _with_names_of(one: Summary, other: Summary) -> Summary:
    """`other` with the names that `one` has for the same arrays: names are made unique in each by itself."""
    names = {_identity(array.site): array.site for array in one.arrays}
    taken = {site.name for site in names.values()}
    renamed: dict[ArraySite, ArraySite] = {}
    for array in other.arrays:
        known, name = names.get(_identity(array.site)), array.site.name
        while known is None and name in taken:
            name += "_"
        renamed[array.site] = known or replace(array.site, name=name)
        taken.add(renamed[array.site].name)
    return renamed_sites(other, renamed)


def _identity(site: ArraySite) -> tuple[object, ...]:
    return (site.path, site.space, site.dtype, site.shape)


def renamed_sites(summary: Summary, names: Mapping[ArraySite, ArraySite]) -> Summary:
    """The summary with other arrays in the place of its own."""

    def of(sites: frozenset[ArraySite]) -> frozenset[ArraySite]:
        return frozenset(names[site] for site in sites)

    return replace(
        summary,
        arrays=tuple(replace(array, site=names[array.site]) for array in summary.arrays),
        places=tuple(
            replace(
                place,
                live=of(place.live),
                read=of(place.read),
                written=of(place.written),
                threads={names[site]: thread for site, thread in place.threads.items()},
            )
            for place in summary.places
        ),
        clashes=frozenset(of(pair) for pair in summary.clashes),
        races=tuple(replace(race, array=names[race.array]) for race in summary.races),
    )


def _arrays(one: Summary, other: Summary) -> tuple[Array, ...]:
    found = {array.site: array for array in one.arrays}
    for array in other.arrays:
        before = found.get(array.site)
        found[array.site] = array if before is None else _array(before, array)
    if one.block_threads != other.block_threads:
        return tuple(replace(array, run_axes=frozenset()) for array in found.values())
    return tuple(found.values())


def _array(one: Array, other: Array) -> Array:
    if one.threads_per_run != other.threads_per_run:
        raise TraceError(f"{one.site.name}: one trace has it for {_runs(one)}, the other for {_runs(other)}")
    return replace(
        one,
        alignment_bytes=max(one.alignment_bytes or 0, other.alignment_bytes or 0) or None,
        run_axes=one.run_axes & other.run_axes,
        accesses=max(one.accesses, other.accesses),
        unwritten={
            path: max(one.unwritten.get(path, 0), other.unwritten.get(path, 0))
            for path in sorted({*one.unwritten, *other.unwritten})
        },
        dead={path: _sum(one.dead.get(path), other.dead.get(path)) for path in sorted({*one.dead, *other.dead})},
    )


def _runs(array: Array) -> str:
    return "the block" if array.threads_per_run is None else f"runs of {array.threads_per_run} threads"


def _sum(one: tuple[int, int] | None, other: tuple[int, int] | None) -> tuple[int, int]:
    a, b = one or (0, 0), other or (0, 0)
    return (a[0] + b[0], a[1] + b[1])


def _loops(one: tuple[Loop, ...], other: tuple[Loop, ...]) -> tuple[Loop, ...]:
    found = {loop.path: loop for loop in one}
    for loop in other:
        before = found.get(loop.path, loop)
        found[loop.path] = replace(
            before, trips=max(before.trips, loop.trips), least_trips=min(before.least_trips, loop.least_trips)
        )
    return tuple(sorted(found.values(), key=lambda loop: loop.order))


def _places(one: tuple[Place, ...], other: tuple[Place, ...]) -> tuple[Place, ...]:
    found: dict[tuple[Path, tuple[int, ...]], Place] = {(place.path, place.order): place for place in one}
    for place in other:
        key = (place.path, place.order)
        before = found.get(key, place)
        found[key] = replace(
            before,
            barrier=min((b for b in (before.barrier, place.barrier) if b is not None), default=None),
            conditional=before.conditional or place.conditional,
            live=before.live | place.live,
            read=before.read | place.read,
            written=before.written | place.written,
            threads={
                site: min(one.threads[site] for one in (before, place) if site in one.threads)
                for site in {**before.threads, **place.threads}
            },
        )
    return tuple(sorted(found.values(), key=lambda place: place.order))


def _found_from_the_start(places: tuple[Place, ...], arrays: tuple[Array, ...]) -> tuple[Place, ...]:
    """What is read before it is written is needed from the kernel's start, also at places that only the other came by:
    at those before the read, and at those in a loop with it."""
    by_path: dict[Path, list[Place]] = defaultdict(list)
    for place in places:
        by_path[place.path].append(place)
    found: dict[ArraySite, list[Place]] = {
        array.site: [place for path in array.unwritten for place in by_path[path]] for array in arrays
    }
    return tuple(
        replace(
            place,
            live=place.live
            | {
                site
                for site, reads in found.items()
                if any(place.order <= read.order or set(place.loops) & set(read.loops) for read in reads)
            },
        )
        for place in places
    )


def _races(one: tuple[Race, ...], other: tuple[Race, ...]) -> tuple[Race, ...]:
    found = {_kind(race): race for race in one}
    for race in other:
        before = found.get(_kind(race))
        found[_kind(race)] = race if before is None else replace(before, count=before.count + race.count)
    return tuple(found.values())


def _kind(race: Race) -> tuple[object, ...]:
    return (race.array, race.first, race.second, race.first_writes, race.second_writes)
