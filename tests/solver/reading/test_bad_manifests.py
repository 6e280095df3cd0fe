from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from tests.bad_manifests import BAD_MANIFESTS, BadManifest, good
from warpack.solver.reading import load_manifest
from warpack.solver.reading.buffer_rows import KNOWN
from warpack.solver.wire.problems import ManifestError

PAGE = Path(__file__).parents[3] / "docs" / "manifest.md"


@pytest.mark.parametrize("bad", BAD_MANIFESTS, ids=lambda bad: bad.name)
def test_each_bad_manifest_is_refused_with_its_own_problem_and_place(bad: BadManifest) -> None:
    with pytest.raises(ManifestError) as caught:
        load_manifest(bad.body)
    found = [(problem.type, problem.pointer) for problem in caught.value.problems]
    assert (bad.type, bad.pointer) in found
    assert all(
        problem.message.endswith(("?", ".")) and "\n" not in problem.message for problem in caught.value.problems
    )


@pytest.mark.parametrize(
    "bad", [bad for bad in BAD_MANIFESTS if isinstance(bad.document, dict)], ids=lambda bad: bad.name
)
def test_a_manifest_that_is_wrong_as_text_is_wrong_the_same_way_as_an_object(bad: BadManifest) -> None:
    assert isinstance(bad.document, dict)
    with pytest.raises(ManifestError) as of_object:
        load_manifest(bad.document)
    with pytest.raises(ManifestError) as of_text:
        load_manifest(bad.body)
    assert of_object.value.problems == of_text.value.problems


def test_a_layout_in_the_place_of_a_manifest_is_one_problem() -> None:
    with pytest.raises(ManifestError) as caught:
        load_manifest({"schema": "warpack/layout/1", "status": "proven_optimal", "buffers": 3})
    assert [str(problem) for problem in caught.value.problems] == [
        "/schema: This is a layout (warpack/layout/1), and a manifest is wanted. [other-document]"
    ]


def test_one_fault_is_one_problem() -> None:
    """A fault must not drag others behind it that only confuse."""
    many = {}
    for bad in BAD_MANIFESTS:
        with pytest.raises(ManifestError) as caught:
            load_manifest(bad.body)
        if len(caught.value.problems) > 1:
            many[bad.name] = [str(problem) for problem in caught.value.problems]
    assert not many


@pytest.mark.parametrize("field", sorted(KNOWN))
def test_every_field_of_a_buffer_has_a_bad_value_in_the_table_and_a_row_on_the_page(field: str) -> None:
    pointer = re.compile(rf"/buffers/\d+/{field}\b")
    assert any(pointer.match(bad.pointer) for bad in BAD_MANIFESTS)
    assert f"`{field}`" in PAGE.read_text(encoding="utf-8")


def test_every_case_has_a_name_of_its_own() -> None:
    assert not [name for name, count in Counter(bad.name for bad in BAD_MANIFESTS).items() if count > 1]


def test_the_manifest_that_the_table_breaks_is_good() -> None:
    assert len(load_manifest(good()).buffers) == 4
