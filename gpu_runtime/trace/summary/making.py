"""From a recording to its summary."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from math import prod

from warpack.gpu_runtime.trace.positions import ArraySite, Path
from warpack.gpu_runtime.trace.record.moments import LoopAt, Moments
from warpack.gpu_runtime.trace.record.sites import LOCAL, SHARED, Recording, SeenBarrier, Site
from warpack.gpu_runtime.trace.source.names import bound_name, told_apart
from warpack.gpu_runtime.trace.summary.living import Living, pairs
from warpack.gpu_runtime.trace.summary.model import Array, Loop, Place, Race, Summary
from warpack.gpu_runtime.trace.summary.scopes import run_axes


def summary_of(recording: Recording) -> Summary:
    """What a recording has shown. Call it when the script has ended."""
    living, moments = Living(recording.moments), recording.moments
    sites = _named(recording.sites)
    return Summary(
        kernel=recording.kernel,
        file=recording.file,
        line=recording.line,
        blocks=recording.blocks,
        block_shapes=frozenset(recording.block_shapes),
        arrays=tuple(_array(site, sites[site], recording) for site in recording.sites),
        loops=tuple(_loops(moments)),
        places=tuple(_places(recording, sites, living)),
        clashes=frozenset(
            frozenset((sites[one], sites[other])) for one, other in pairs(recording.sites) if living.clash(one, other)
        ),
        races=tuple(_races(recording, sites)),
        notes=tuple(dict.fromkeys(recording.notes)),
        two_names=tuple(dict.fromkeys(recording.two_names)),
    )


def _named(sites: list[Site]) -> Mapping[Site, ArraySite]:
    names = told_apart([site.path for site in sites], [site.name or bound_name(site.path) for site in sites])
    return {
        site: ArraySite(site.path, name, site.space, str(site.dtype), site.shape)
        for site, name in zip(sites, names, strict=True)
    }


def _array(site: Site, named: ArraySite, recording: Recording) -> Array:
    usage, places = site.usage, recording.moments.place_of
    threads = {prod(shape) for shape in recording.block_shapes}
    block_threads = threads.pop() if len(threads) == 1 else 0
    copies = recording.blocks * (block_threads or 1) if site.space == LOCAL else recording.blocks
    dead: dict[Path, tuple[int, int]] = {}
    for time, count in usage.writes.items():
        path = recording.moments.places[places[time]].path
        before = dead.get(path, (0, 0))
        dead[path] = (before[0] + usage.dead.get(time, 0), before[1] + count)
    unwritten: dict[Path, set[int]] = defaultdict(set)
    for time, elements in usage.unwritten.items():
        unwritten[recording.moments.places[places[time]].path] |= elements
    return Array(
        site=named,
        alignment_bytes=site.alignment_bytes,
        threads_per_run=site.threads_per_run,
        run_axes=run_axes(site.shape, usage.threads, block_threads) if site.space == SHARED else frozenset(),
        accesses=-(-(sum(usage.reads.values()) + sum(usage.writes.values())) // max(1, copies)),
        unwritten={path: len(elements) for path, elements in sorted(unwritten.items())},
        dead={path: counts for path, counts in sorted(dead.items()) if counts[0]},
    )


def _loops(moments: Moments) -> Iterable[Loop]:
    found: dict[Path, LoopAt] = {loop.path: loop for place in moments.places for loop in place.loops}
    for loop in sorted(found.values(), key=lambda one: one.order):
        outer, facts = loop.order[:-1], loop.loop
        yield Loop(
            path=loop.path,
            order=loop.order,
            last_order=(*outer, facts.last_order),
            test_order=None if facts.test_order is None else (*outer, facts.test_order),
            least_trips=facts.least_trips,
            endless=facts.endless,
            breaks=frozenset((*outer, order) for order in facts.breaks),
            returns=facts.returns,
            trips=moments.trips[loop.path],
        )


def _places(recording: Recording, sites: Mapping[Site, ArraySite], living: Living) -> Iterable[Place]:
    moments = recording.moments
    live, read, written = (defaultdict[int, set[ArraySite]](set) for _ in range(3))
    for site, named in sites.items():
        for place in living.places(site.usage):
            live[place].add(named)
        for times, into in ((site.usage.reads, read), (site.usage.writes, written)):
            for time in times:
                into[moments.place_of[time]].add(named)
    threads: dict[int, dict[ArraySite, int]] = defaultdict(dict)
    for site, named in sites.items():
        for time, thread in site.usage.first_thread.items():
            by = threads[moments.place_of[time]]
            by[named] = min(by.get(named, thread), thread)
    kept = sorted({*read, *written, *recording.barriers}, key=lambda one: moments.places[one].order)
    for place in kept:
        at = moments.places[place]
        yield Place(
            path=at.path,
            order=at.order,
            loops=tuple(loop.path for loop in at.loops),
            barrier=_barrier(recording.barriers.get(place)),
            conditional=at.conditional,
            live=frozenset(live[place] | read[place] | written[place]),
            read=frozenset(read[place]),
            written=frozenset(written[place]),
            threads=threads[place],
        )


def _barrier(seen: SeenBarrier | None) -> int | None:
    """A warp's barrier at which no aligned group waits together orders nothing that a run could count on."""
    if seen is None or (seen.scope == "warp" and not seen.lanes):
        return None
    return 0 if seen.scope == "block" else seen.lanes


def _races(recording: Recording, sites: Mapping[Site, ArraySite]) -> Iterable[Race]:
    places = recording.moments.places
    for site, named in sites.items():
        found = recording.races.get(site.number, {})
        for race, (count, example) in sorted(
            found.items(), key=lambda one: (places[one[0].first].order, places[one[0].second].order, one[0])
        ):
            yield Race(
                array=named,
                first=places[race.first].path,
                second=places[race.second].path,
                first_writes=race.first_writes,
                second_writes=race.second_writes,
                count=count,
                block=example.block,
                element=example.element,
                first_thread=example.first,
                second_thread=example.second,
            )
