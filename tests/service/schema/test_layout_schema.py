"""The layout's JSON Schema takes every layout that the solver makes, and knows the fields that its reader knows."""

from __future__ import annotations

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from tests.helpers.json_places import inside, objects
from tests.helpers.pools import random_pool
from tests.helpers.solving import solved
from warpack.service.api.documentation.example_layout import LAYOUT
from warpack.service.schema import layout_schema
from warpack.solver import LayoutFormatError, load_manifest, optimize, read_layout

ROOT = Path(__file__).parents[3]
SCHEMA = layout_schema()
VALIDATOR = Draft202012Validator(SCHEMA)
FREE = {"advice", "certificate", "frontier", "reports"}
"""Objects whose contents no reader relies on."""
MAPS = {"baselines", "bank_conflict_degree", "versions"}


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("path", sorted((ROOT / "examples").glob("[0-9]*.json")), ids=lambda path: path.stem)
def test_the_layout_of_every_example_satisfies_it(path: Path) -> None:
    VALIDATOR.validate(solved(load_manifest(path)).model_dump())


def test_the_layout_of_a_pool_satisfies_it() -> None:
    VALIDATOR.validate(solved(load_manifest(random_pool(1))).model_dump())


def test_an_infeasible_layout_satisfies_it() -> None:
    document = json.loads((ROOT / "examples" / "01-two-buffers.json").read_text())
    document["target"]["shared_budget_bytes"] = 1
    layout = optimize(load_manifest(document))
    assert layout.status == "infeasible"
    VALIDATOR.validate(layout.model_dump())


def named(document: Any) -> list[str]:
    """The pointers of the objects whose fields the format names: not of those that map names of a caller's."""
    return [at for at, _ in objects(document, FREE) if at.rpartition("/")[2] not in MAPS]


@pytest.mark.parametrize("pointer", named(LAYOUT))
def test_a_field_that_nobody_knows_is_refused_by_both(pointer: str) -> None:
    document = deepcopy(LAYOUT)
    inside(document, pointer)["qqqqzzzz"] = 1
    assert not VALIDATOR.is_valid(document)
    with pytest.raises(LayoutFormatError):
        read_layout(document)


def all_fields() -> list[tuple[str, str]]:
    return [(pointer, field) for pointer in named(LAYOUT) for field in inside(LAYOUT, pointer)]


@pytest.mark.parametrize(("pointer", "field"), all_fields())
def test_both_ask_for_the_same_fields(pointer: str, field: str) -> None:
    document = deepcopy(LAYOUT)
    del inside(document, pointer)[field]
    if VALIDATOR.is_valid(document):
        read_layout(document)
    else:
        with pytest.raises(LayoutFormatError):
            read_layout(document)
