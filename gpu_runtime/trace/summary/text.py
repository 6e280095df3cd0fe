"""Summaries as JSON and back. Files lie relative to the folder of the script, so that a trace may be moved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from warpack.gpu_runtime.trace.errors import TraceError
from warpack.gpu_runtime.trace.positions import ArraySite, TwoNames
from warpack.gpu_runtime.trace.summary import static_facts
from warpack.gpu_runtime.trace.summary.model import Array, Loop, Place, Race, RunAxes, Summary
from warpack.gpu_runtime.trace.summary.places import Places

SCHEMA = "warpack/trace/1"

Document = dict[str, Any]


def to_json(summary: Summary, folder: str) -> Document:
    """`folder`: of the script."""
    numbers = {array.site: number for number, array in enumerate(summary.arrays)}
    places = Places(folder)
    path = places.path

    def sites(sites: frozenset[ArraySite]) -> list[int]:
        return sorted(numbers[site] for site in sites)

    return {
        "schema": SCHEMA,
        "kernel": summary.kernel,
        "file": places.file(summary.file),
        "line": summary.line,
        "blocks": summary.blocks,
        "block_shapes": sorted(map(list, summary.block_shapes)),
        "arrays": [
            places.site(array.site)
            | {
                "alignment_bytes": array.alignment_bytes,
                "threads_per_run": array.threads_per_run,
                "run_axes": [[axes.threads, axes.first, axes.last] for axes in sorted(array.run_axes)],
                "accesses": array.accesses,
                "unwritten": [[path(at), count] for at, count in array.unwritten.items()],
                "dead": [[path(at), *counts] for at, counts in array.dead.items()],
            }
            for array in summary.arrays
        ],
        "loops": [_plain(loop) | {"path": path(loop.path)} for loop in summary.loops],
        "places": [
            _plain(place)
            | {"path": path(place.path), "loops": [path(loop) for loop in place.loops]}
            | {"live": sites(place.live), "read": sites(place.read), "written": sites(place.written)}
            | {"threads": sorted([numbers[site], thread] for site, thread in place.threads.items())}
            for place in summary.places
        ],
        "clashes": sorted(sites(pair) for pair in summary.clashes),
        "races": [
            _plain(race) | {"array": numbers[race.array], "first": path(race.first), "second": path(race.second)}
            for race in summary.races
        ],
        "notes": list(summary.notes),
        "two_names": [[one.written, path(one.written_at), one.read, path(one.read_at)] for one in summary.two_names],
        "static": None if summary.static is None else static_facts.to_json(summary.static, places),
        "static_trouble": summary.static_trouble,
    }


def from_json(document: object, folder: str) -> Summary:
    """Raises TraceError where it is no summary of ours."""
    if not isinstance(document, dict) or document.get("schema") != SCHEMA:
        raise TraceError(f"no trace: its schema is not {SCHEMA!r}")
    try:
        return _read(document, folder)
    except (KeyError, TypeError, ValueError, IndexError, AttributeError) as error:
        raise TraceError(f"no trace that this version can read: {type(error).__name__}: {error}") from None


def _read(document: Document, folder: str) -> Summary:
    places = Places(folder)
    path = places.read_path
    arrays = tuple(_array(one, places) for one in document["arrays"])

    def sites(numbers: list[int]) -> frozenset[ArraySite]:
        return frozenset(arrays[number].site for number in numbers)

    return Summary(
        kernel=str(document["kernel"]),
        file=places.read_file(document["file"]),
        line=int(document["line"]),
        blocks=int(document["blocks"]),
        block_shapes=frozenset((int(x), int(y), int(z)) for x, y, z in document["block_shapes"]),
        arrays=arrays,
        loops=tuple(
            Loop(
                path=path(one["path"]),
                order=tuple(one["order"]),
                last_order=tuple(one["last_order"]),
                test_order=None if one["test_order"] is None else tuple(one["test_order"]),
                least_trips=int(one["least_trips"]),
                endless=bool(one["endless"]),
                breaks=frozenset(map(tuple, one["breaks"])),
                returns=bool(one["returns"]),
                trips=int(one["trips"]),
            )
            for one in document["loops"]
        ),
        places=tuple(
            Place(
                path=path(one["path"]),
                order=tuple(one["order"]),
                loops=tuple(path(loop) for loop in one["loops"]),
                barrier=None if one["barrier"] is None else int(one["barrier"]),
                conditional=bool(one["conditional"]),
                live=sites(one["live"]),
                read=sites(one["read"]),
                written=sites(one["written"]),
                threads={arrays[number].site: int(thread) for number, thread in one["threads"]},
            )
            for one in document["places"]
        ),
        clashes=frozenset(sites(pair) for pair in document["clashes"]),
        races=tuple(
            Race(
                **{
                    **one,
                    "array": arrays[one["array"]].site,
                    "first": path(one["first"]),
                    "second": path(one["second"]),
                }
            )
            for one in document["races"]
        ),
        notes=tuple(map(str, document["notes"])),
        two_names=tuple(
            TwoNames(str(written), path(written_at), str(read), path(read_at))
            for written, written_at, read, read_at in document.get("two_names", ())
        ),
        static=None if document["static"] is None else static_facts.from_json(document["static"], places),
        static_trouble=str(document["static_trouble"]),
    )


def _array(one: Mapping[str, Any], places: Places) -> Array:
    path = places.read_path
    return Array(
        site=places.read_site(one),
        alignment_bytes=one["alignment_bytes"],
        threads_per_run=one["threads_per_run"],
        run_axes=frozenset(RunAxes(*map(int, axes)) for axes in one["run_axes"]),
        accesses=int(one["accesses"]),
        unwritten={path(at): int(count) for at, count in one["unwritten"]},
        dead={path(at): (int(count), int(total)) for at, count, total in one["dead"]},
    )


def _plain(record: Loop | Place | Race) -> Document:
    """Fields that are numbers, or sets and tuples of them, as JSON has them."""
    found: Document = {}
    for field in fields(record):
        value = getattr(record, field.name)
        if isinstance(value, frozenset):
            value = sorted(value) if field.name == "breaks" else None
        found[field.name] = value
    return found
