"""A CuBIE solver's manifest with lifetimes that were traced."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Any

from warpack.gpu_runtime.adapters.cubie.collect import Collected
from warpack.gpu_runtime.trace.positions import ArraySite
from warpack.gpu_runtime.trace.summary.model import Summary
from warpack.gpu_runtime.trace.timeline.phases import intervals
from warpack.gpu_runtime.trace.timeline.timeline import Timeline
from warpack.gpu_runtime.trace.verdicts import Pair

Stretches = list[list[str]]


def traced_manifest(
    collected: Collected, summary: Summary, timeline: Timeline, apart: Iterable[Pair]
) -> dict[str, Any]:
    """The collected manifest with other phases and lifetimes. Trips of loops are in the phases, so there is no loop."""
    names = [phase.name for phase in timeline.phases]
    rows: dict[str, list[ArraySite]] = {}
    for array in summary.arrays:
        rows.setdefault(array.site.path[0].file, []).append(array.site)
    zeroed = {array.site.path[0].file for array in summary.arrays if array.unwritten}
    registered = {buffer.full_name: buffer for component in collected.components for buffer in component.buffers}
    in_place = [
        (pair.phase, pair.read, pair.written)
        for pair in timeline.in_place
        if _buffer(pair.read) != _buffer(pair.written)
        and registered[_buffer(pair.read)].in_shared
        and registered[_buffer(pair.written)].in_shared
    ]
    paired = {site for _, read, written in in_place for site in (read, written)}
    lives = {
        site: [[names[first], names[last]] for first, last in intervals(timeline.phases, site)]
        for sites in rows.values()
        for site in sites
    }
    split = {name: parts for name, sites in rows.items() if len(parts := _parts(sites, lives, paired)) > 1}
    documents = []
    for before in collected.manifest["buffers"]:
        kept = ("name", "component", "size", "dtype", "location", "alignment_bytes")
        document = {key: before[key] for key in kept if key in before}
        full_name = f"{before['component']}/{before['name']}"
        if full_name in rows:
            if not registered[full_name].in_shared:
                document |= {"persistent": True, "zero": "entry"} if registered[full_name].persistent else {}
            else:
                if full_name in split:
                    document["parts"] = split[full_name]
                else:
                    document["lifetime"] = _parts(rows[full_name], lives, set())[0]["lifetime"]
                document |= {"zero": "entry"} if full_name in zeroed else {}
        documents.append(document)
    kept_apart = sorted(
        {
            tuple(sorted(map(_buffer, pair)))
            for pair in apart
            if len(set(map(_buffer, pair))) == 2 and all(registered[_buffer(site)].in_shared for site in pair)
        }
    )
    return collected.manifest | {
        "timeline": {"phases": names or ["step"], "loops": []},
        "buffers": documents,
        "in_place": [
            {"phase": phase, "read": _named(read, split), "write": _named(written, split)}
            for phase, read, written in in_place
            if tuple(sorted((_buffer(read), _buffer(written)))) not in kept_apart
        ],
        "apart": [list(pair) for pair in kept_apart],
    }


def _buffer(site: ArraySite) -> str:
    return site.path[0].file


def _named(site: ArraySite, split: dict[str, list[dict[str, Any]]]) -> str:
    return site.name if _buffer(site) in split else _buffer(site)


def _parts(
    sites: Sequence[ArraySite], lives: dict[ArraySite, Stretches], alone: set[ArraySite]
) -> list[dict[str, Any]]:
    """Neighbouring rows of one lifetime are one part; those in `alone` are parts by themselves."""
    size = sites[0].shape[0]
    numbered = list(enumerate(sites))
    parts: list[dict[str, Any]] = []
    for _, group in groupby(numbered, lambda one: (one[0] if one[1] in alone else -1, lives[one[1]])):
        members = list(group)
        first, count = members[0][0], len(members)
        parts.append(
            {"name": f"row{first}", "offset": first * size, "size": count * size, "lifetime": lives[members[0][1]]}
        )
    return parts
