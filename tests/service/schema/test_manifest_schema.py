"""The manifest's JSON Schema takes what the reader takes, and knows the fields that the reader knows."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from jsonschema import Draft202012Validator
from jsonschema.validators import extend

from tests.bad_manifests import BAD_MANIFESTS, good
from tests.helpers.json_places import inside, objects
from tests.helpers.manifests import manifests
from tests.helpers.pools import pool_document
from tests.solver.reading.test_mutations import broken, whole_program
from warpack.service.schema import manifest_schema
from warpack.service.schema.words import EXAMPLES, WORDS
from warpack.solver import ManifestError, load_manifest

ROOT = Path(__file__).parents[3]
SCHEMA = manifest_schema()
VALIDATOR = Draft202012Validator(SCHEMA)

STRICT = extend(
    Draft202012Validator,
    type_checker=Draft202012Validator.TYPE_CHECKER.redefine("integer", lambda _, value: type(value) is int),
)(SCHEMA)
"""To JSON Schema 4.0 is an integer, and to the reader it is none."""

EXAMPLE_FILES = [
    path
    for path in sorted((ROOT / "examples").rglob("*.json"))
    if json.loads(path.read_text()).get("schema") == "warpack/manifest/1"
]

EVERYTHING: dict[str, Any] = {
    "schema": "warpack/manifest/1",
    "name": "every kind of object",
    "target": {"compute_capability": "9.0", "shared_budget_bytes": "opt-in", "registers_per_thread": 64},
    "launch": {"threads_per_block": 256, "max_threads_per_block": 256},
    "timeline": {
        "phases": ["init", "load", "left", "right", "work", "store"],
        "loops": [{"span": ["load", "store"], "at_least": 1, "breaks": ["work"], "endless": False}],
        "branches": [{"arms": [["left", "left"], ["right", "right"]], "may_skip": False, "uniform": "block"}],
        "barriers": [{"before": "work", "scope": "block", "proxy_fence": True}, {"after": "store"}],
    },
    "components": [
        {"path": "k"},
        {
            "path": "k/step",
            "window": "contiguous",
            "called_in": ["work"],
            "timeline": {"length": 4, "tracks": [[
                {"name": "copy", "span": [0, 2], "threads": 32}, {"name": "use", "span": [2, 4], "threads": "rest"},
            ]]},
        },
    ],
    "buffers": [
        {"name": "state", "component": "k", "size": 4, "precision": "float64", "persistent": True, "zero": "entry"},
        {"name": "tile", "component": "k", "size": {"per_thread": 2, "plus": 8}, "dtype": "float16", "scope": "block",
         "accesses_in": {"writes": ["load"], "updates": [], "reads": ["work"]}, "async": True, "alignment_bytes": 128},
        {"name": "rows", "component": "k", "size": 8, "dtype": {"itemsize_bytes": 12, "alignment_bytes": 4},
         "splittable": True, "parts": [
             {"name": "a", "offset": 0, "size": 4, "lifetime": [["load", "load"]], "reentry": "dropped"},
             {"offset": 4, "size": 4, "accesses_in": {"writes": ["load"], "reads": ["work"]}}]},
        {"name": "ring", "component": "k/step", "size": 16, "dtype": "int8", "scope": "block", "stages": 3,
         "lifetime": [[0, 2]]},
    ],
    "in_place": [],
    "apart": [["k/state", "k/rows"]],
    "solver": {"time_limit_s": 2.5, "seed": 1, "warm_start": {"k/state": 0}},
    "validation": "static",
}  # fmt: skip
"""One of every object that a manifest can hold, but for a baseline and an in-place pair: those are in `good` and
below."""

WITH_BASELINE = good() | {
    "buffers": [{"name": "only", "size": 4, "dtype": "float32"}],
    "components": [],
    "in_place": [],
    "apart": [],
    "baseline": {"offsets_bytes": {"only": 0}, "run_bytes": None},
}


def test_only_a_pool_needs_no_target() -> None:
    pool = pool_document({"name": "a", "size": 2**39, "alignment_bytes": 2**21}, baseline={"offsets_bytes": {"a": 0}})
    for document in (pool, load_manifest(pool).model_dump()):
        VALIDATOR.validate(document)
    assert not VALIDATOR.is_valid(pool | {"objective": "shared_bytes"})


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("path", EXAMPLE_FILES, ids=lambda path: path.stem)
def test_every_example_satisfies_it_as_written_and_with_its_defaults(path: Path) -> None:
    document = json.loads(path.read_text())
    VALIDATOR.validate(document)
    VALIDATOR.validate(load_manifest(document).model_dump())


@pytest.mark.parametrize("document", [good(), EVERYTHING, WITH_BASELINE], ids=["good", "everything", "baseline"])
def test_what_the_reader_takes_satisfies_it(document: dict[str, Any]) -> None:
    manifest = load_manifest(document)
    VALIDATOR.validate(document)
    VALIDATOR.validate(manifest.model_dump())


@settings(max_examples=60, deadline=None)
@given(manifests())
def test_every_random_manifest_satisfies_it(document: dict[str, Any]) -> None:
    VALIDATOR.validate(document)


@pytest.mark.parametrize("seed", range(4))
def test_what_it_refuses_the_reader_refuses(seed: int) -> None:
    """So no editor marks a manifest that is right."""
    random = Random(1000 + seed)
    refused = 0
    for _ in range(60):
        document = broken(random, random.choice([None, EVERYTHING, whole_program()]))
        if not VALIDATOR.is_valid(document):
            refused += 1
            with pytest.raises(ManifestError):
                load_manifest(document)
    assert refused


@pytest.mark.parametrize(
    "bad", [bad for bad in BAD_MANIFESTS if isinstance(bad.document, dict)], ids=lambda bad: bad.name
)
def test_no_bad_manifest_is_taken_by_the_reader_whatever_the_schema_says_of_it(bad: Any) -> None:
    with pytest.raises(ManifestError):
        load_manifest(bad.document)


def test_a_manifest_may_name_its_schema_and_is_the_same_manifest() -> None:
    named = {"$schema": "https://warpack.example/v1/schema/manifest.json"} | good()
    VALIDATOR.validate(named)
    assert load_manifest(named) == load_manifest(good())
    assert load_manifest(named).sha256 == load_manifest(good()).sha256
    assert "$schema" not in load_manifest(named).model_dump()


def test_a_schema_that_is_named_by_no_string_is_refused() -> None:
    with pytest.raises(ManifestError, match=r"/\$schema: Must be a string"):
        load_manifest(good() | {"$schema": 1})


def described() -> list[tuple[str, str, dict[str, Any]]]:
    classes = {"Manifest": SCHEMA, **SCHEMA["$defs"]}
    return [(name, field, each) for name, one in classes.items() for field, each in one["properties"].items()]


def test_every_field_says_what_it_means() -> None:
    assert [(name, field) for name, field, schema in described() if not schema.get("description")] == []


def test_only_fields_have_words() -> None:
    fields = {(name, field) for name, field, _ in described()}
    told = {(type_.__name__, field) for table in (WORDS, EXAMPLES) for type_, all_ in table.items() for field in all_}
    assert told <= fields


def test_every_example_of_a_field_is_taken_there() -> None:
    for name, field, schema in described():
        for example in schema.get("examples", ()):
            one = Draft202012Validator({**schema, "$defs": SCHEMA["$defs"]})
            assert one.is_valid(example), (name, field, example)


def test_every_field_is_on_the_page() -> None:
    page = (ROOT / "docs" / "manifest.md").read_text(encoding="utf-8")
    assert sorted({field for _, field, _ in described() if f"`{field}`" not in page and f'"{field}"' not in page}) == []


MAPPING = ("warm_start", "offsets_bytes")
"""They map names to offsets."""


def places() -> list[tuple[dict[str, Any], str]]:
    return [(document, at) for document in (good(), EVERYTHING, WITH_BASELINE) for at, _ in objects(document, MAPPING)]


def known_to_the_reader(document: dict[str, Any], pointer: str) -> set[str]:
    """What the reader says that it knows where it finds a field that it does not."""
    try:
        load_manifest(document)
    except ManifestError as error:
        (found,) = (one for one in error.problems if one.pointer == f"{pointer}/qqqqzzzz")
        return set(re.split(", ", found.message.partition("Known here: ")[2].rstrip(".")))
    raise AssertionError("a field that nobody knows was taken")


def definitions() -> Iterator[set[str]]:
    """The fields of every object of the schema."""
    for definition in (SCHEMA, *SCHEMA["$defs"].values(), *_inner(SCHEMA)):
        yield set(definition["properties"])


def _inner(schema: Any) -> Iterator[dict[str, Any]]:
    if isinstance(schema, dict):
        if "properties" in schema:
            yield schema
        for inner in schema.values():
            yield from _inner(inner)
    elif isinstance(schema, list):
        for inner in schema:
            yield from _inner(inner)


@pytest.mark.parametrize(("document", "pointer"), places(), ids=lambda value: value if isinstance(value, str) else "")
def test_a_field_that_nobody_knows_is_refused_by_both_which_know_the_same_fields(
    document: dict[str, Any], pointer: str
) -> None:
    changed = deepcopy(document)
    inside(changed, pointer)["qqqqzzzz"] = 1
    assert not VALIDATOR.is_valid(changed)
    assert known_to_the_reader(changed, pointer) in list(definitions())


FORM = {
    "missing-field", "unknown-field", "unknown-schema", "wrong-type", "not-an-integer", "out-of-range",
    "unknown-value", "unknown-dtype", "unknown-architecture", "too-many-buffers", "before-and-after",
    "other-document", "phases-and-length", "no-arms",
}  # fmt: skip
"""Faults of form. All others are about what fields have to do with one another, which no schema says."""


@pytest.mark.parametrize(
    "bad",
    [bad for bad in BAD_MANIFESTS if bad.type in FORM and isinstance(bad.document, dict)],
    ids=lambda bad: bad.name,
)
def test_what_is_wrong_in_form_does_not_satisfy_it(bad: Any) -> None:
    assert not STRICT.is_valid(bad.document)
