"""A field that is added to a dataclass of a manifest or a layout enters the hash, without a word where hashes are
made."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, make_dataclass, replace
from typing import Any

import pytest

from warpack.solver.reading import load_manifest
from warpack.solver.reading.layout_figures import no_proof
from warpack.solver.wire.layout import LaunchFigures, Layout, Occupancy, PlacedBuffer, PlacedPart
from warpack.solver.wire.manifest import Buffer, Growth, HandLayout, Manifest, Part
from warpack.solver.wire.rows import FEW_ROWS

COUNTS = (10, FEW_ROWS + 44)
"""Few buffers are written one by one, very many by texts with gaps."""


def grown(one: Any, colour: str) -> Any:
    """The same, of a class that has one field more."""
    bases = (type(one),)
    more = make_dataclass(type(one).__name__, [("colour", str, "grey")], bases=bases, frozen=True, slots=True)
    return more(**{field.name: getattr(one, field.name) for field in fields(one)}, colour=colour)


def manifest_of(count: int) -> Manifest:
    document = {
        "schema": "warpack/manifest/1",
        "target": {"compute_capability": "8.6"},
        "launch": {"threads_per_block": 64},
        "timeline": {
            "length": 9,
            "loops": [[0, 2]],
            "branches": [{"arms": [[2, 3], [3, 4]]}],
            "tracks": [[{"name": "a", "span": [4, 5], "threads": 32}, {"name": "b", "span": [5, 6], "threads": 32}]],
            "barriers": [{"before": 1}],
        },
        "components": [{"path": "c", "timeline": {"length": 2}, "called_in": [7]}],
        "buffers": [
            {"name": f"b{number}", "size": 4, "dtype": "int8", "lifetime": [[number % 9, number % 9 + 1]]}
            for number in range(count - 1)
        ]
        + [{"name": "parted", "size": 4, "dtype": "int8", "parts": [{"offset": 0, "size": 4, "lifetime": [[0, 1]]}]}],
        "in_place": [{"phase": 0, "read": "b0", "write": "b9"}] if count > 10 else [],
    }
    return load_manifest(document)


def layout_of(count: int) -> Layout:
    figures = LaunchFigures(32, 32, 8, 0, 8, 0, 0, 16, 256, False, {4: 1}, 32, Occupancy(1, 32, "shared", True))
    buffers = [PlacedBuffer("", f"b{number}", "shared", "run", 4 * number, 4) for number in range(count - 2)]
    buffers.append(PlacedBuffer("", "both", "shared", "run", 0, 4, shares_bytes_with=("b0",)))
    buffers.append(PlacedBuffer("", "split", "shared", "run", None, 4, (PlacedPart("a", 4, 4),)))
    return Layout("0" * 64, "optimal", figures, tuple(buffers), no_proof(), {})


def with_first(items: tuple[Any, ...], change: Callable[[Any], Any]) -> tuple[Any, ...]:
    return (change(items[0]), *items[1:])


Change = Callable[[Callable[[Any], Any], Manifest], Manifest]

CHANGES: dict[str, Change] = {
    "buffer": lambda grow, m: replace(m, buffers=with_first(m.buffers, grow)),
    "part": lambda grow, m: replace(
        m, buffers=(*m.buffers[:-1], replace(m.buffers[-1], parts=(grow(m.buffers[-1].parts[0]),)))
    ),
    "growth": lambda grow, m: replace(
        m, buffers=with_first(m.buffers, lambda buffer: replace(buffer, growth=grow(Growth(1))))
    ),
    "target": lambda grow, m: replace(m, target=grow(m.target)),
    "launch": lambda grow, m: replace(m, launch=grow(m.launch)),
    "solver": lambda grow, m: replace(m, solver=grow(m.solver)),
    "component": lambda grow, m: replace(m, components=with_first(m.components, grow)),
    "timeline": lambda grow, m: replace(m, timeline=grow(m.timeline)),
    "loop": lambda grow, m: replace(m, timeline=replace(m.timeline, loops=with_first(m.timeline.loops, grow))),
    "branch": lambda grow, m: replace(m, timeline=replace(m.timeline, branches=with_first(m.timeline.branches, grow))),
    "barrier": lambda grow, m: replace(m, timeline=replace(m.timeline, barriers=with_first(m.timeline.barriers, grow))),
    "track": lambda grow, m: replace(
        m, timeline=replace(m.timeline, tracks=(with_first(m.timeline.tracks[0], grow), *m.timeline.tracks[1:]))
    ),
    "baseline": lambda grow, m: replace(m, baseline=grow(HandLayout({"b0": 0}, 4, 0))),
}


@pytest.mark.parametrize("count", COUNTS)
@pytest.mark.parametrize("what", CHANGES)
def test_a_field_that_a_manifest_gains_enters_its_hash(what: str, count: int) -> None:
    manifest = manifest_of(count)
    hashes = {
        CHANGES[what](lambda one, colour=colour: grown(one, colour), manifest).sha256 for colour in ("red", "blue")
    }
    assert len(hashes | {manifest.sha256}) == 3


@pytest.mark.parametrize("count", COUNTS)
def test_each_buffer_of_a_manifest_has_its_own_value_of_a_new_field(count: int) -> None:
    manifest = manifest_of(count)
    grey = replace(manifest, buffers=tuple(grown(buffer, "grey") for buffer in manifest.buffers))
    one_red = replace(grey, buffers=(*grey.buffers[:4], grown(manifest.buffers[4], "red"), *grey.buffers[5:]))
    assert len({manifest.sha256, grey.sha256, one_red.sha256}) == 3


@pytest.mark.parametrize("count", COUNTS)
@pytest.mark.parametrize("number", [0, -2, -1])
def test_a_field_that_a_placed_buffer_gains_enters_the_hash_of_the_layout(number: int, count: int) -> None:
    layout = layout_of(count)
    hashes = {layout.sha256}
    for colour in ("red", "blue"):
        buffers = list(layout.buffers)
        buffers[number] = grown(buffers[number], colour)
        hashes.add(replace(layout, buffers=tuple(buffers)).sha256)
    assert len(hashes) == 3


@pytest.mark.parametrize("count", COUNTS)
def test_a_field_that_the_launch_or_a_placed_part_gains_enters_the_hash_of_the_layout(count: int) -> None:
    layout = layout_of(count)
    parts = layout.buffers[-1].parts
    assert parts is not None
    split = replace(layout.buffers[-1], parts=(grown(parts[0], "red"),))
    changed = (
        replace(layout, launch=grown(layout.launch, "red")),
        replace(layout, buffers=(*layout.buffers[:-1], split)),
    )
    assert len({layout.sha256, *(one.sha256 for one in changed)}) == 3


def _another(value: Any) -> Any:
    """A plain value that is not `value`."""
    return f"other {value}" if value is None or isinstance(value, str) else value + 1


@pytest.mark.parametrize("count", COUNTS)
@pytest.mark.parametrize("field", [field.name for field in fields(Buffer)])
def test_every_field_of_a_buffer_enters_the_hash(field: str, count: int) -> None:
    other: dict[str, Any] = {
        "name": "other",
        "size": 6,
        "component": "c",
        "scope": "block",
        "location": "local",
        "persistent": True,
        "lifetime": None,
        "parts": (Part("0", 0, 4, ()),),
        "splittable": True,
        "alignment_bytes": 16,
        "pinned_offset_bytes": 0,
        "aliases": ("b1",),
        "zero": "entry",
        "accesses": 1,
        "accesses_in": ((0,), (), (1,)),
        "reentry": "dropped",
        "asynchronous": True,
        "stages": 2,
        "growth": Growth(1, "warp", 3),
    }
    manifest = manifest_of(count)
    if field == "dtype":
        value: Any = (
            load_manifest(
                manifest.model_dump() | {"buffers": [{"name": "x", "size": 1, "dtype": "uint8"}], "in_place": []}
            )
            .buffers[0]
            .dtype
        )
    elif field == "accesses_in":
        from warpack.solver.wire.manifest import Accesses

        value = Accesses(*other[field])
    else:
        value = other[field] if field in other else _another(getattr(manifest.buffers[0], field))
    changed = replace(manifest, buffers=with_first(manifest.buffers, lambda one: replace(one, **{field: value})))
    assert changed.sha256 != manifest.sha256
