"""Of a pool no code is emitted, but its offsets are."""

from __future__ import annotations

import pytest

from tests.helpers.pools import pool_of
from tests.helpers.solving import solved
from warpack.gpu_runtime.checked import emit_checked
from warpack.gpu_runtime.emitters import EmitError, emit, emit_files
from warpack.gpu_runtime.validation import validate, validate_up_to

MANIFEST = pool_of(
    {"name": "a", "size": 10, "lifetime": [[0, 2]]},
    {"name": "b", "component": "net", "size": 20, "lifetime": [[1, 3]], "pinned_offset_bytes": 16},
    {"name": "none", "size": 0},
)
LAYOUT = solved(MANIFEST)


def test_the_offsets_of_a_pool_are_a_table_in_the_manifests_order() -> None:
    offset = LAYOUT.by_name["a"].offset_bytes
    assert emit_files(LAYOUT, MANIFEST) == {
        "offsets.csv": f"id,size,offset\na,10,{offset}\nnet/b,20,16\nnone,0,0\n",
    }


def test_parts_that_lie_apart_have_a_row_each() -> None:
    parts = [{"offset": 0, "size": 4, "lifetime": [[0, 1]]}, {"offset": 4, "size": 4, "lifetime": [[2, 3]]}]
    manifest = pool_of(
        {"name": "rows", "size": 8, "parts": parts, "splittable": True},
        {"name": "low", "size": 4, "lifetime": [[0, 1]], "pinned_offset_bytes": 0},
        {"name": "high", "size": 4, "lifetime": [[2, 3]], "pinned_offset_bytes": 4},
    )
    text = emit_files(solved(manifest), manifest)["offsets.csv"]
    assert "rows#0,4,4\nrows#1,4,0\n" in text


@pytest.mark.parametrize("target", ["numba-cuda", "cuda-c++"])
def test_allocators_of_a_pool_are_refused_with_where_its_offsets_are(target: str) -> None:
    with pytest.raises(EmitError, match=r"no threads.*offsets\.csv"):
        emit(LAYOUT, MANIFEST, target)


def test_checked_allocators_are_refused_too() -> None:
    with pytest.raises(EmitError, match="a pool has no threads"):
        emit_checked(LAYOUT, MANIFEST)


def test_a_pool_is_validated_statically_and_says_why_it_goes_no_further() -> None:
    assert validate_up_to(MANIFEST, LAYOUT, MANIFEST.validation).level == "static"
    report = validate(MANIFEST, LAYOUT, "simulated")
    assert not report.passed
    assert [finding.rule for finding in report.findings] == ["nothing-to-probe"]
