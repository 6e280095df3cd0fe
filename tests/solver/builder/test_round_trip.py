"""Whatever a manifest says, the builder says: each document, driven through it, is the same manifest again, and
what it writes satisfies the schema."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from tests.bad_manifests import good
from tests.helpers.built import built
from tests.helpers.machine.programs import random_programs
from tests.helpers.manifests import manifests
from tests.helpers.pools import pool_document, random_pool
from tests.service.schema.test_manifest_schema import EVERYTHING, EXAMPLE_FILES, VALIDATOR, WITH_BASELINE
from tests.solver.reading.test_mutations import whole_program
from warpack.solver import load_manifest


@pytest.mark.parametrize("path", EXAMPLE_FILES, ids=lambda path: path.stem)
def test_every_example_is_built_again(path: Path) -> None:
    assert built(json.loads(path.read_text())).manifest() == load_manifest(path)


@pytest.mark.parametrize(
    "document",
    [good(), EVERYTHING, WITH_BASELINE, whole_program()],
    ids=["good", "every object", "baseline", "every construct of time"],
)
def test_every_field_and_every_construct_of_time_is_built_again(document: dict[str, Any]) -> None:
    kernel = built(document)
    assert kernel.manifest() == load_manifest(document)
    VALIDATOR.validate(kernel.to_json())
    assert load_manifest(kernel.to_json()) == load_manifest(document)


@settings(max_examples=50, deadline=None)
@given(manifests())
def test_random_manifests_are_built_again(document: dict[str, Any]) -> None:
    kernel = built(document)
    manifest = kernel.manifest()
    VALIDATOR.validate(kernel.to_json())
    assert manifest == load_manifest(document)
    assert manifest.sha256 == load_manifest(document).sha256


@pytest.mark.parametrize("seed", range(4))
def test_random_programs_with_every_structure_are_built_again(seed: int) -> None:
    """Their components in the order in which they can be made: each after those around it."""
    for document, _ in random_programs(seed, 60):
        document.get("components", []).sort(key=lambda component: component["path"].count("/"))
        assert built(document).manifest() == load_manifest(document)


def test_pools_are_built_again() -> None:
    hand = {"offsets_bytes": {"x": 0}, "pool_bytes": 64}
    of_hand = pool_document({"name": "x", "size": 4, "dtype": "float32"}, baseline=hand)
    for document in (of_hand, *map(random_pool, range(30))):
        assert built(document).manifest() == load_manifest(document)
