"""Public calls that are given something else than they take say so in one sentence."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import warpack

EXAMPLE = Path(__file__).parents[1] / "examples" / "01-two-buffers.json"
MANIFEST = warpack.load_manifest(EXAMPLE)
LAYOUT = warpack.optimize(MANIFEST)

MANIFEST_FIRST: dict[str, Callable[..., Any]] = {
    "draw": warpack.draw,
    "validate": lambda manifest, layout: warpack.validate(manifest, layout, "static"),
    "validate_up_to": lambda manifest, layout: warpack.validate_up_to(manifest, layout, "static"),
    "verify": warpack.verify,
}
LAYOUT_FIRST: dict[str, Callable[..., Any]] = {
    "emit": warpack.emit,
    "emit_checked": warpack.emit_checked,
    "emit_files": warpack.emit_files,
    "getters": warpack.getters,
}
MANIFEST_ALONE: dict[str, Callable[..., Any]] = {"getter_names": warpack.getter_names, "optimize": warpack.optimize}

WRONG = [
    (None, "None"),
    ("01.json", "a value of type str"),
    ({}, "a value of type dict"),
    (LAYOUT, "a value of type Layout"),
]


@pytest.mark.parametrize("name", MANIFEST_FIRST)
def test_a_layout_in_place_of_the_manifest_is_said_to_be_swapped(name: str) -> None:
    MANIFEST_FIRST[name](MANIFEST, LAYOUT)
    with pytest.raises(TypeError, match=f"^{name} takes the manifest first, then the layout: they are swapped$"):
        MANIFEST_FIRST[name](LAYOUT, MANIFEST)


@pytest.mark.parametrize("name", LAYOUT_FIRST)
def test_a_manifest_in_place_of_the_layout_is_said_to_be_swapped(name: str) -> None:
    LAYOUT_FIRST[name](LAYOUT, MANIFEST)
    with pytest.raises(TypeError, match=f"^{name} takes the layout first, then the manifest: they are swapped$"):
        LAYOUT_FIRST[name](MANIFEST, LAYOUT)


@pytest.mark.parametrize(("given", "told"), WRONG)
@pytest.mark.parametrize("name", MANIFEST_ALONE)
def test_what_is_no_manifest_is_named_with_what_reads_one(name: str, given: Any, told: str) -> None:
    with pytest.raises(
        TypeError, match=rf"^{name} takes a Manifest: warpack.load_manifest\(…\).* it was given {told}$"
    ):
        MANIFEST_ALONE[name](given)


@pytest.mark.parametrize("name", [*MANIFEST_FIRST, *LAYOUT_FIRST])
def test_what_is_no_layout_is_named_with_what_makes_one(name: str) -> None:
    call = MANIFEST_FIRST.get(name) or (lambda manifest, layout: LAYOUT_FIRST[name](layout, manifest))
    with pytest.raises(TypeError, match=rf"^{name} takes a Layout: warpack.optimize\(.* it was given None$"):
        call(MANIFEST, None)
    with pytest.raises(TypeError, match=f"^{name} takes a Manifest: .* it was given a value of type dict$"):
        call(MANIFEST.model_dump(), LAYOUT)


def test_every_public_call_on_manifests_and_layouts_is_tried() -> None:
    others = {"load_manifest", "read_layout"}  # they read anything
    functions = {name for name in warpack.__all__ if type(getattr(warpack, name)).__name__ == "function"}
    assert functions - others == {*MANIFEST_FIRST, *LAYOUT_FIRST, *MANIFEST_ALONE}
