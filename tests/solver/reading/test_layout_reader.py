"""Layouts from JSON: what was written comes back, and every fault of a document is named at once."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.solver.verifier.examples import PRIVATE, PRIVATE_LAYOUT, THREADED_LAYOUT, of_rule
from warpack.solver.reading.layout_reader import LayoutFormatError, read_layout
from warpack.solver.verifier import verify
from warpack.solver.wire.run_info import StrategyAccount


def problems_of(document: Any) -> dict[str, str]:
    """Problem types by pointer."""
    with pytest.raises(LayoutFormatError) as caught:
        read_layout(document if isinstance(document, bytes) else json.dumps(document).encode())
    assert str(caught.value)
    return {problem.pointer: problem.type for problem in caught.value.problems}


def test_what_the_strategies_came_to_comes_back() -> None:
    account = StrategyAccount(strategy="pairs", steps=3, effort=1.5, seconds=0.25, packings=1, saved_bytes=64, proofs=1)
    layout = replace(THREADED_LAYOUT, run_info=replace(THREADED_LAYOUT.run_info, search=(account,)))
    assert read_layout(layout.model_dump_json().encode()).run_info.search == (account,)
    assert layout.sha256 == THREADED_LAYOUT.sha256


def test_a_bad_account_is_named(document: dict[str, Any]) -> None:
    document["run_info"]["search"] = [{"strategy": "pairs", "steps": "many"}, {"steps": 1}, {"strategy": "x", "won": 1}]
    assert problems_of(document).keys() == {
        "/run_info/search/0/steps",
        "/run_info/search/1/strategy",
        "/run_info/search/2/won",
    }


@pytest.fixture
def document() -> dict[str, Any]:
    return THREADED_LAYOUT.model_dump()


@pytest.mark.parametrize("layout", [PRIVATE_LAYOUT, THREADED_LAYOUT])
def test_a_layout_comes_back_from_objects_bytes_and_files(layout: Any, tmp_path: Path) -> None:
    path = tmp_path / "layout.json"
    path.write_text(layout.model_dump_json(), encoding="utf-8")
    for source in (layout.model_dump(), layout.model_dump_json().encode(), path, str(path)):
        assert read_layout(source) == layout


def test_what_only_informs_may_be_left_out(document: dict[str, Any]) -> None:
    for key in ("name", "layout_sha256", "baselines", "advice", "frontier", "warnings", "validation", "run_info"):
        del document[key]
    assert read_layout(document) == THREADED_LAYOUT


def test_an_infeasible_layout_has_no_launch(document: dict[str, Any]) -> None:
    document |= {"launch": None, "status": "infeasible", "buffers": [], "minimum_budget_bytes": 99}
    layout = read_layout(document)
    assert layout.launch is None
    assert layout.minimum_budget_bytes == 99


def test_all_faults_are_named_at_once(document: dict[str, Any]) -> None:
    document["buffers"][0] |= {"offset_bytes": 1.0, "size_bytes": True, "region": "heap", "colour": "red"}
    del document["buffers"][1]["name"]
    document["launch"]["stride_bytes"] = -4
    document["launch"]["opt_in"] = 0
    document["launch"]["bank_conflict_degree"] = {"four": 1}
    document["bank_conflicts"] = [{"width_bytes": "four", "accesses": 1, "degree": 1, "spare": 0}]
    document["handoffs"][0]["bytes"] = [0]
    document["proof"]["run_bytes"] = []
    document["status"] = "perfect"
    document["run_info"]["seconds"] = "soon"
    del document["manifest_sha256"]
    assert problems_of(document) == {
        "/buffers/0/offset_bytes": "wrong-type",
        "/buffers/0/size_bytes": "wrong-type",
        "/buffers/0/region": "wrong-type",
        "/buffers/0/colour": "unknown-field",
        "/buffers/1/name": "missing-field",
        "/launch/stride_bytes": "out-of-range",
        "/launch/opt_in": "wrong-type",
        "/launch/bank_conflict_degree/four": "wrong-type",
        "/bank_conflicts/0/width_bytes": "wrong-type",
        "/bank_conflicts/0/spare": "unknown-field",
        "/bank_conflicts/0/least_degree": "missing-field",
        "/bank_conflicts/0/stride_alone_bytes": "missing-field",
        "/handoffs/0/bytes": "wrong-type",
        "/proof/run_bytes": "wrong-type",
        "/status": "wrong-type",
        "/run_info/seconds": "wrong-type",
        "/manifest_sha256": "missing-field",
    }


@pytest.mark.parametrize(
    ("text", "type_"),
    [
        (b"", "not-json"),
        (b"{", "not-json"),
        (b'{"schema": NaN}', "not-finite"),
        (b'{"schema": 1, "schema": 2}', "duplicate-key"),
        (b"\xff", "not-utf8"),
        (b"[" * 100_000, "nested-too-deeply"),
    ],
)
def test_text_that_is_no_json_is_refused(text: bytes, type_: str) -> None:
    assert type_ in problems_of(text).values()


@pytest.mark.parametrize("value", [None, 3, "layout", []])
def test_anything_but_an_object_is_no_layout(value: Any) -> None:
    assert problems_of(value) == {"": "wrong-type"}


def test_another_schema_is_refused(document: dict[str, Any]) -> None:
    assert problems_of(document | {"schema": "warpack/layout/9"}) == {"/schema": "wrong-schema"}


def test_a_manifest_in_the_place_of_a_layout_is_one_fault() -> None:
    with pytest.raises(LayoutFormatError) as caught:
        read_layout({"schema": "warpack/manifest/1", "buffers": 3})
    assert [str(problem) for problem in caught.value.problems] == [
        "/schema: This is a manifest (warpack/manifest/1), and a layout is wanted. [other-document]"
    ]


def test_integers_beyond_exact_json_numbers_are_refused(document: dict[str, Any]) -> None:
    document["buffers"][0]["offset_bytes"] = 2**53
    assert problems_of(document) == {"/buffers/0/offset_bytes": "out-of-range"}


def test_a_layout_changed_after_it_was_hashed_is_read_and_the_verifier_says_so() -> None:
    document = PRIVATE_LAYOUT.model_dump()
    document["buffers"][4]["offset_bytes"] = 199
    report = verify(PRIVATE, read_layout(document))
    assert of_rule(report, "layout-hash")
    assert of_rule(report, "overlap")
