"""The hashes of manifests and layouts are those of their documents as RFC 8785 writes them, however they are put
together."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import Any

import pytest
import rfc8785

from tests.helpers.manifests import random_manifest
from warpack.solver import load_manifest, optimize
from warpack.solver.wire import rows
from warpack.solver.wire.layout import Layout, PlacedPart
from warpack.solver.wire.manifest import SEMANTICS_EDITION, Manifest, SolverOptions


@pytest.fixture(autouse=True, params=[0, rows.FEW_ROWS], ids=["as of many", "as of few"])
def _few_rows(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows, "FEW_ROWS", request.param)


def _manifest_hash(manifest: Manifest) -> str:
    document = manifest.model_dump() | {"semantics": SEMANTICS_EDITION}
    del document["name"], document["validation"], document["solver"]["time_limit_s"]
    return hashlib.sha256(rfc8785.dumps(document)).hexdigest()


def _layout_hash(layout: Layout) -> str:
    document: dict[str, Any] = layout.model_dump()
    hashed = {key: document[key] for key in ("manifest_sha256", "launch", "buffers", "components")}
    return hashlib.sha256(rfc8785.dumps(hashed)).hexdigest()


@pytest.mark.parametrize("seed", range(40))
def test_the_hash_of_a_manifest_is_that_of_its_document(seed: int) -> None:
    manifest = load_manifest(random_manifest(seed, 20))
    assert manifest.sha256 == _manifest_hash(manifest)


def test_names_of_an_earlier_layout_that_are_not_ascii_are_ordered_as_the_rfc_says() -> None:
    options = SolverOptions(warm_start={"\uff5e": 1, "\U0001f600": 2, "a": 3})
    manifest = replace(load_manifest(random_manifest(1)), solver=options)
    assert manifest.sha256 == _manifest_hash(manifest)


@pytest.mark.parametrize("seed", range(10))
def test_the_hash_of_a_layout_is_that_of_its_document(seed: int) -> None:
    layout = optimize(load_manifest(random_manifest(seed)))
    assert layout.sha256 == layout.model_dump()["layout_sha256"] == _layout_hash(layout)


def test_a_layout_with_strange_names_and_parts_has_the_hash_of_its_document() -> None:
    layout = optimize(load_manifest(random_manifest(3)))
    strange = ['say "%s"', "%d", "\\u0000name", "\0name", "ß", "\U0001f600", ""]
    changed = [replace(layout.buffers[0], name=name, shares_bytes_with=()) for name in strange]
    changed += [replace(one, component='50%"') for one in changed]
    changed += [replace(one, offset_bytes=None, parts=(PlacedPart("a%", 4, 8),)) for one in changed]
    given = replace(layout, buffers=tuple(changed))
    assert given.sha256 == _layout_hash(given)


def test_a_manifest_without_buffers_has_the_hash_of_its_document() -> None:
    manifest = replace(load_manifest(random_manifest(1)), buffers=(), apart=(), in_place=())
    assert manifest.sha256 == _manifest_hash(manifest)


def test_half_a_surrogate_pair_is_refused() -> None:
    layout = optimize(load_manifest(random_manifest(3)))
    with pytest.raises((rfc8785.CanonicalizationError, UnicodeEncodeError)):
        _ = replace(layout, buffers=(replace(layout.buffers[0], name="\ud800"),)).sha256


def test_the_edition_of_the_meaning_is_part_of_the_hash(monkeypatch: pytest.MonkeyPatch) -> None:
    manifest = load_manifest(random_manifest(1))
    before = manifest.sha256
    monkeypatch.setattr("warpack.solver.wire.manifest_json.SEMANTICS_EDITION", SEMANTICS_EDITION + 1)
    assert replace(manifest).sha256 != before
