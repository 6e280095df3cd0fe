"""Compares two manifests as they are read: with defaults, full names, and times in names of phases."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from warpack.service.differences.changes import Change, flat, keyed, of_fields, of_things
from warpack.service.differences.spelling import STRUCTURES, Names, intervals, phase, times
from warpack.solver.wire.manifest import Manifest
from warpack.solver.wire.timelines import timeline_of

_TOP = ("name", "objective", "frontier", "validation")


def manifest_changes(before: Manifest, after: Manifest) -> list[Change]:
    """Every change: settings, timelines, components, buffers, pairs."""
    return list(_changes(_Told(before), _Told(after)))


def _changes(one: _Told, other: _Told) -> Iterator[Change]:
    yield from of_fields("manifest", "", one.settings(_TOP), other.settings(_TOP))
    for part in ("target", "launch", "solver", "baseline"):
        yield from of_fields(part, "", one.part(part), other.part(part))
    for owner in dict.fromkeys((*one.owners, *other.owners)):
        yield from _of_timelines(owner, one.owners.get(owner), other.owners.get(owner))
    yield from of_things("component", one.components(), other.components())
    yield from of_things("buffer", one.buffers(), other.buffers())
    yield from of_things("in place", one.in_place(), other.in_place())
    yield from of_things("apart", one.apart(), other.apart())


def _of_timelines(owner: str, one: dict[str, Any] | None, other: dict[str, Any] | None) -> Iterator[Change]:
    """The changes of a timeline. If a component has none before or after, the change of the component says so."""
    if one is None or other is None:
        return
    inside = f" of {owner}" if owner else ""
    if "phases" in one and "phases" in other:
        named: list[dict[str, dict[str, Any]]] = [{name: {} for name in each["phases"]} for each in (one, other)]
        yield from of_things(f"phase{inside}", *named)
    else:
        yield from of_fields(f"timeline{inside}", "", _steps(one), _steps(other))
    for key, (word, spell) in STRUCTURES.items():
        found = [keyed(spell(each.get("phases"), item) for item in each.get(key, ())) for each in (one, other)]
        yield from of_things(f"{word}{inside}", *found)


def _steps(timeline: dict[str, Any]) -> dict[str, Any]:
    return {key: timeline[key] for key in ("phases", "length") if key in timeline}


class _Told:
    """The things of a manifest, with their fields."""

    def __init__(self, manifest: Manifest) -> None:
        self.manifest = manifest
        self.document = manifest.model_dump()
        self.owners: dict[str, dict[str, Any]] = {"": self.document["timeline"]}
        self.owners |= {one["path"]: one["timeline"] for one in self.document["components"] if "timeline" in one}

    def settings(self, keys: tuple[str, ...]) -> dict[str, Any]:
        return {key: self.document[key] for key in keys if key in self.document}

    def part(self, key: str) -> dict[str, Any]:
        """{} where it has none: a pool has no target and no launch."""
        return flat(self.document.get(key) or {})

    def _names(self, component: str) -> Names:
        names = timeline_of(self.manifest, self.manifest.timeline_owner(component)).names
        return None if names is None else list(names)

    def components(self) -> dict[str, dict[str, Any]]:
        return {one["path"]: self._component(one) for one in self.document["components"]}

    def _component(self, one: dict[str, Any]) -> dict[str, Any]:
        parents = self._names(one["path"].rpartition("/")[0])
        fields: dict[str, Any] = {"window": one["window"], "own phases": "timeline" in one}
        if "active" in one:
            fields["active"] = intervals(self._names(one["path"]), one["active"])
        if "called_in" in one:
            fields["called_in"] = [phase(parents, call) for call in one["called_in"]]
        return fields

    def buffers(self) -> dict[str, dict[str, Any]]:
        rows = zip(self.manifest.buffers, self.document["buffers"], strict=True)
        return {buffer.full_name: self._buffer(row, buffer.size_bytes) for buffer, row in rows}

    def _buffer(self, row: dict[str, Any], size_bytes: int) -> dict[str, Any]:
        names = self._names(row["component"])
        fields = {key: value for key, value in row.items() if key not in ("name", "component", "parts")}
        fields = {"size": fields.pop("size"), "bytes": size_bytes, **times(names, fields)}
        if "parts" in row:
            fields["parts"] = [part["name"] for part in row["parts"]]
        for part in row.get("parts", ()):
            told = times(names, {key: value for key, value in part.items() if key != "name"})
            fields |= {f"#{part['name']} {key}": value for key, value in told.items()}
        return fields

    def in_place(self) -> dict[str, dict[str, Any]]:
        return keyed(
            (f"{one['write']} over {one['read']}", {"phase": self._of_pair(one)}) for one in self.document["in_place"]
        )

    def _of_pair(self, pair: dict[str, Any]) -> Any:
        component = pair["write"].partition("#")[0].rpartition("/")[0]
        return phase(self._names(component), pair["phase"])

    def apart(self) -> dict[str, dict[str, Any]]:
        return keyed((" and ".join(pair), {}) for pair in self.document["apart"])
