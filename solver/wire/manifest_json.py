"""The manifest back to JSON values: normalised, with every default written out, readable by `warpack.load_manifest`.

Every object is made from all fields of its dataclass (`warpack.solver.wire.plain`); the functions here only give some
of them another form. So a new field cannot be left out of a manifest's hash.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from functools import partial
from typing import Any

from warpack.solver.wire.bulk import uncollected
from warpack.solver.wire.manifest import (
    MANIFEST_SCHEMA,
    SEMANTICS_EDITION,
    Barrier,
    Branch,
    Buffer,
    Component,
    Interval,
    Lifetime,
    Loop,
    Manifest,
    Part,
    Timeline,
    Track,
)
from warpack.solver.wire.plain import all_but, values_of
from warpack.solver.wire.rows import Rows, sha256_with
from warpack.solver.wire.timelines import timeline_of

_Names = Callable[[str], tuple[str, ...] | None]
"""The names of the phases that a component's lifetimes count in; None where there are only indices."""


@uncollected()
def manifest_to_json(manifest: Manifest) -> dict[str, Any]:
    names = partial(_names, manifest)
    return _around_buffers(manifest) | {"buffers": [_buffer(buffer, names) for buffer in manifest.buffers]}


def manifest_sha256(manifest: Manifest) -> str:
    """Hash of everything that the layout depends on: canonical JSON with defaults, without name, time and validation,
    with the edition of the meaning."""
    document = _around_buffers(manifest) | {"semantics": SEMANTICS_EDITION}
    del document["name"], document["validation"], document["solver"]["time_limit_s"]
    names = partial(_names, manifest)
    alike = {type_: all_but(type_, _OPEN) for type_ in set(map(type, manifest.buffers))}

    def kind(buffer: Buffer) -> Hashable | None:
        return alike[type(buffer)](buffer) if _plain(buffer) else None

    return sha256_with(document, "buffers", manifest.buffers, Rows(partial(_buffer, names=names), _OPEN, kind, _gaps))


def _names(manifest: Manifest, component: str) -> tuple[str, ...] | None:
    return timeline_of(manifest, manifest.timeline_owner(component)).names


def _around_buffers(manifest: Manifest) -> dict[str, Any]:
    document: dict[str, Any] = {"schema": MANIFEST_SCHEMA, "name": manifest.name} | values_of(manifest)
    document["target"] = values_of(manifest.target)
    document["launch"] = values_of(manifest.launch)
    document["timeline"] = _timeline(manifest.timeline)
    document["components"] = [_component(component, manifest) for component in manifest.components]
    document["buffers"] = []
    document["in_place"] = [values_of(pair) for pair in manifest.in_place]
    document["apart"] = [list(pair) for pair in manifest.apart]
    if manifest.of_pool:
        del document["target"], document["launch"], document["frontier"]
    if manifest.baseline is not None:
        document["baseline"] = values_of(manifest.baseline)
        for key in _REGIONS_OF_HAND if manifest.of_pool else ("pool_bytes",):
            del document["baseline"][key]
        document["baseline"]["offsets_bytes"] = dict(manifest.baseline.offsets_bytes)
    document["solver"] = values_of(manifest.solver)
    if manifest.solver.warm_start is not None:
        document["solver"]["warm_start"] = dict(manifest.solver.warm_start)
    return document


_REGIONS_OF_HAND = ("run_bytes", "block_region_bytes", "threads_per_block")


def _timeline(timeline: Timeline) -> dict[str, Any]:
    document = values_of(timeline)
    length, names = document.pop("length"), document.pop("names")
    phases: dict[str, Any] = {"length": length} if names is None else {"phases": names}
    return (
        phases
        | document
        | {
            "loops": [_loop(loop) for loop in timeline.loops],
            "barriers": [_barrier(barrier) for barrier in timeline.barriers],
            "branches": [_branch(branch) for branch in timeline.branches],
            "tracks": [[_track(track) for track in tracks] for tracks in timeline.tracks],
        }
    )


def _loop(loop: Loop) -> dict[str, Any]:
    return _spanned(values_of(loop))


def _track(track: Track) -> dict[str, Any]:
    return _spanned(values_of(track)) | {"threads": "rest" if track.threads is None else track.threads}


def _spanned(document: dict[str, Any]) -> dict[str, Any]:
    return {"span": [document.pop("start"), document.pop("end")]} | document


def _branch(branch: Branch) -> dict[str, Any]:
    document = values_of(branch) | {"arms": [list(arm) for arm in branch.arms]}
    if branch.uniform is None:
        del document["uniform"]
    return document


def _barrier(barrier: Barrier) -> dict[str, Any]:
    document = values_of(barrier)
    return {"after" if document.pop("after") else "before": document.pop("phase")} | document


def _lifetime(lifetime: Lifetime, names: tuple[str, ...] | None) -> list[list[Any]]:
    return [_interval(interval, names) for interval in lifetime]


def _interval(interval: Interval, names: tuple[str, ...] | None) -> list[Any]:
    """In indices, except an interval that goes exactly once round a loop: in indices it would look empty, and it can
    only have been written in names."""
    start, end = interval
    return [names[start], names[end - 1]] if start == end and names is not None else [start, end]


def _component(component: Component, manifest: Manifest) -> dict[str, Any]:
    document = values_of(component)
    if component.active is None:
        del document["active"]
    else:
        document["active"] = _lifetime(component.active, _names(manifest, component.path))
    if component.timeline is None:
        del document["timeline"], document["called_in"]
    else:
        document["timeline"] = _timeline(component.timeline)
    return document


def _buffer(buffer: Buffer, names: _Names) -> dict[str, Any]:
    document = values_of(buffer)
    document["dtype"] = buffer.dtype.to_json()
    document["zero"] = False if buffer.zero == "none" else buffer.zero
    document["async"] = document.pop("asynchronous")
    if document.pop("growth") is not None:
        growth = values_of(buffer.growth)
        document["size"] = {f"per_{growth.pop('per')}": growth.pop("each")} | growth
    _put_times(document, buffer, names(buffer.component) if _names_wanted(buffer) else None)
    if buffer.parts:
        of_parts = names(buffer.component) if any(map(_names_wanted, buffer.parts)) else None
        document["parts"] = [_put_times(values_of(part), part, of_parts) for part in buffer.parts]
    else:
        del document["parts"]
    return document


def _names_wanted(one: Buffer | Part) -> bool:
    return one.lifetime is not None and any(start == end for start, end in one.lifetime)


def _put_times(document: dict[str, Any], one: Buffer | Part, names: tuple[str, ...] | None) -> dict[str, Any]:
    if one.lifetime is None:
        del document["lifetime"]
    else:
        document["lifetime"] = _lifetime(one.lifetime, names)
    if one.accesses_in is None:
        del document["accesses_in"]
    else:
        document["accesses_in"] = {key: list(phases) for key, phases in one.accesses_in._asdict().items()}
    return document


_OPEN = ("accesses", "lifetime", "name", "size")
"""The keys in which very many otherwise equal buffers differ; sorted."""


def _plain(buffer: Buffer) -> bool:
    """Whether the buffer is written like all others that differ in these keys alone."""
    return (
        buffer.lifetime is not None
        and not buffer.parts
        and buffer.growth is None
        and buffer.name.isidentifier()
        and not _names_wanted(buffer)
    )


def _gaps(buffer: Buffer) -> tuple[str | int, ...]:
    spans = ",".join([f"[{start},{end}]" for start, end in buffer.lifetime or ()])
    return buffer.accesses, f"[{spans}]", f'"{buffer.name}"', buffer.size
