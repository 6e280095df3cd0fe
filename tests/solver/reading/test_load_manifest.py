from __future__ import annotations

import json
import subprocess
import sys
from collections import UserDict
from pathlib import Path
from typing import Any

import pytest

from tests.bad_manifests import good
from tests.helpers.manifests import random_manifest
from warpack.solver.reading import load_manifest
from warpack.solver.wire.manifest import (
    Barrier,
    Component,
    InPlace,
    Interval,
    Launch,
    Loop,
    SolverOptions,
    Target,
    Timeline,
)
from warpack.solver.wire.problems import ManifestError, Problem


def problems_of(source: Any) -> tuple[Problem, ...]:
    with pytest.raises(ManifestError) as caught:
        load_manifest(source)
    return caught.value.problems


def one_buffer(**fields: Any) -> dict[str, Any]:
    return good() | {"buffers": [{"name": "a", "size": 4, "dtype": "float32"} | fields], "in_place": [], "apart": []}


def test_the_least_manifest_gets_every_default() -> None:
    least = {
        "schema": "warpack/manifest/1",
        "target": {"compute_capability": "8.6"},
        "buffers": [{"name": "a", "size": 3, "dtype": "float64"}],
    }
    manifest = load_manifest(least)
    assert (manifest.target, manifest.launch, manifest.timeline) == (Target("8.6"), Launch(), Timeline())
    assert (manifest.solver, manifest.objective, manifest.validation) == (SolverOptions(), "threads_per_block", "best")
    (buffer,) = manifest.buffers
    assert (buffer.lifetime, buffer.scope, buffer.location, buffer.zero) == (None, "run", "shared", "none")
    assert (buffer.alignment_bytes, buffer.accesses, buffer.full_name) == (8, 3, "a")


def test_names_of_phases_become_indices_with_both_ends_included() -> None:
    manifest = load_manifest(good())
    assert manifest.by_name["loop/step/rhs"].lifetime == (Interval(2, 4),)
    assert manifest.in_place == (InPlace(2, "loop/step/work", "loop/step/rhs"),)
    assert manifest.timeline.loops == (Loop(1, 4),)


def test_an_interval_in_names_may_wrap_and_may_go_once_right_round() -> None:
    document = one_buffer(lifetime=[["last", "first"]])
    assert load_manifest(document).buffers[0].lifetime == (Interval(3, 2),)
    whole = load_manifest(one_buffer(lifetime=[["second", "first"]]))
    assert whole.buffers[0].lifetime == (Interval(2, 2),)
    assert load_manifest(whole.model_dump()) == whole


def test_lifetimes_are_sorted_and_may_touch() -> None:
    assert load_manifest(one_buffer(lifetime=[[2, 4], [0, 2]])).buffers[0].lifetime == (Interval(0, 2), Interval(2, 4))


def test_active_stands_for_the_components_active_phases() -> None:
    document = one_buffer(component="loop", lifetime="active") | {
        "components": [{"path": "loop", "active": [[1, 2], [3, 4]]}]
    }
    assert load_manifest(document).buffers[0].lifetime == (Interval(1, 2), Interval(3, 4))


def test_a_life_that_starts_in_an_active_phase_may_last_beyond() -> None:
    document = one_buffer(component="loop", lifetime=[[1, 4]]) | {
        "components": [{"path": "loop", "active": [["first", "first"]]}]
    }
    assert load_manifest(document).buffers[0].lifetime == (Interval(1, 4),)


def test_precision_is_read_as_dtype() -> None:
    document = one_buffer()
    document["buffers"][0]["precision"] = document["buffers"][0].pop("dtype")
    assert load_manifest(document) == load_manifest(one_buffer())


def test_an_opaque_dtype_has_its_own_size_and_alignment() -> None:
    (buffer,) = load_manifest(one_buffer(dtype={"itemsize_bytes": 12, "alignment_bytes": 4})).buffers
    assert (buffer.size_bytes, buffer.alignment_bytes, str(buffer.dtype)) == (48, 4, "opaque12")


def test_zero_true_means_entry() -> None:
    assert load_manifest(one_buffer(zero=True)).buffers[0].zero == "entry"


@pytest.mark.parametrize(
    "fields",
    [
        {"persistent": True},
        {"lifetime": [[0, 2], [3, 4]]},
        {},
        {"parts": [{"offset": 0, "size": 2, "lifetime": [[2, 3]]}, {"offset": 2, "size": 2, "lifetime": [[0, 1]]}]},
    ],
)
def test_zeros_at_entry_are_legal_where_the_start_of_the_kernel_is_in_reach(fields: dict[str, Any]) -> None:
    assert load_manifest(one_buffer(zero="entry", **fields)).buffers[0].zero == "entry"


def test_parts_without_names_are_counted_and_without_lifetime_live_in_every_phase() -> None:
    (buffer,) = load_manifest(
        one_buffer(parts=[{"offset": 2, "size": 2}, {"offset": 0, "size": 2, "lifetime": []}])
    ).buffers
    assert [buffer.part_name(part) for part in buffer.parts] == ["a#0", "a#1"]
    assert [part.lifetime for part in buffer.parts] == [None, ()]


def test_barriers_before_every_phase_and_of_both_scopes() -> None:
    document = good()
    document["timeline"]["barriers"] = "every"
    assert load_manifest(document).timeline.barriers == tuple(Barrier(phase) for phase in (1, 2, 3))
    document["timeline"]["barriers"] = [{"before": "last", "scope": "run"}, {"before": 0, "scope": "block"}]
    assert load_manifest(document).timeline.barriers == (Barrier(0, "block"), Barrier(3, "run"))


def test_loops_may_be_named_and_are_sorted_from_the_outside_in() -> None:
    document = good()
    document["timeline"]["loops"] = [["second", "second"], ["first", "last"]]
    assert load_manifest(document).timeline.loops == (Loop(1, 4), Loop(2, 3))


def test_aliases_are_found_in_the_same_component_first() -> None:
    rows = [
        {"name": "x", "component": "", "lifetime": [[0, 1]]},
        {"name": "x", "component": "loop", "lifetime": [[0, 1]]},
        {"name": "y", "component": "loop", "aliases": "x"},
        {"name": "z", "component": "loop/step", "aliases": ["x", "loop/x"]},
    ]
    document = good() | {"buffers": [{"size": 1, "dtype": "int8"} | row for row in rows], "in_place": [], "apart": []}
    manifest = load_manifest(document)
    assert manifest.by_name["loop/y"].aliases == ("loop/x",)
    assert manifest.by_name["loop/step/z"].aliases == ("x", "loop/x")


def test_an_alias_of_lives_that_meet_is_fine_where_in_place_cures_it() -> None:
    document = good()
    document["buffers"][2]["aliases"] = "work"
    document["apart"] = []
    assert load_manifest(document).buffers[2].aliases == ("loop/step/work",)


def test_components_are_implied_by_the_buffers_where_none_is_listed() -> None:
    document = good()
    del document["components"]
    assert load_manifest(document).components == (Component("loop"), Component("loop/step"))


def test_a_buffer_may_belong_to_an_ancestor_of_a_listed_component() -> None:
    document = good()
    document["components"] = [{"path": "loop/step"}]
    assert load_manifest(document).components == (Component("loop/step"),)


def test_all_problems_come_in_one_answer() -> None:
    document = good()
    document["target"]["compute_capability"] = "1.0"
    document["buffers"][0]["size"] = -1
    document["buffers"][1]["dtype"] = "f32"
    document["buffers"][2]["lifetime"] = [[9, 10]]
    document["extra"] = None
    found = {(problem.type, problem.pointer) for problem in problems_of(document)}
    assert found == {
        ("unknown-architecture", "/target/compute_capability"),
        ("out-of-range", "/buffers/0/size"),
        ("unknown-dtype", "/buffers/1/dtype"),
        ("interval-outside-timeline", "/buffers/2/lifetime/0"),
        ("unknown-field", "/extra"),
    }


def test_what_was_probably_meant_is_said() -> None:
    document = good() | {"bufers": []}
    assert 'Did you mean "buffers"?' in problems_of(document)[0].message
    assert 'Did you mean "float32"?' in problems_of(one_buffer(dtype="Float32"))[0].message
    assert 'Did you mean "float64"?' in problems_of(one_buffer(dtype="double"))[0].message


def test_a_document_full_of_misspellings_is_answered_all_the_same() -> None:
    document = one_buffer()
    names = [f"buffer_{number}" for number in range(3000)]
    document["buffers"] = [{"name": name, "size": 1, "dtype": "int8", "aliases": f"{name}x"} for name in names]
    found = problems_of(document)
    assert len(found) == 3000
    assert {problem.type for problem in found} == {"alias-unknown"}


def test_messages_cut_hostile_values_short() -> None:
    (problem,) = problems_of(one_buffer(dtype="\n\x1b[31m" * 1000))
    assert len(problem.message) < 400
    assert problem.message.isprintable()


@pytest.mark.parametrize("kind", ["bytes", "bom", "bytearray", "path", "name", "dict", "mapping"])
def test_every_kind_of_source_gives_the_same_manifest(kind: str, tmp_path: Path) -> None:
    text = json.dumps(good()).encode()
    file = tmp_path / "manifest.json"
    file.write_bytes(text)
    sources: dict[str, Any] = {
        "bytes": text,
        "bom": b"\xef\xbb\xbf" + text,
        "bytearray": bytearray(text),
        "path": file,
        "name": str(file),
        "dict": good(),
        "mapping": UserDict(good()),
    }
    assert load_manifest(sources[kind]) == load_manifest(good())


def test_a_file_that_is_not_there_is_a_problem_not_a_crash(tmp_path: Path) -> None:
    assert [problem.type for problem in problems_of(tmp_path / "none.json")] == ["unreadable-file"]
    assert [problem.type for problem in problems_of(tmp_path)] == ["unreadable-file"]
    (problem,) = problems_of(json.dumps({"name": "a" * 5000}))
    assert "JSON text itself is taken as bytes" in problem.message
    assert len(problem.message) < 300


def test_an_object_that_holds_what_json_has_not_is_refused() -> None:
    class Thing:
        pass

    document = one_buffer(size=Thing()) | {7: 1}
    found = {(problem.type, problem.pointer) for problem in problems_of(document)}
    assert found == {("not-an-integer", "/buffers/0/size"), ("wrong-type", "")}
    endless: dict[str, Any] = good()
    endless["name"] = endless
    assert [problem.type for problem in problems_of(endless)] == ["nested-too-deeply"]


def test_a_source_of_another_kind_is_a_programming_error() -> None:
    with pytest.raises(TypeError, match="list"):
        load_manifest([])  # type: ignore[arg-type]  # a bad type, on purpose


@pytest.mark.parametrize("seed", range(60))
def test_what_a_manifest_says_of_itself_reads_back_as_the_same(seed: int) -> None:
    manifest = load_manifest(random_manifest(seed))
    again = load_manifest(manifest.model_dump_json().encode())
    assert again == manifest
    assert again.sha256 == manifest.sha256


def test_two_spellings_of_one_manifest_have_one_hash() -> None:
    document = good()
    document["name"], document["validation"] = "another label", "static"
    document["solver"] = {"time_limit_s": 99}
    document["buffers"][1]["lifetime"] = [["first", "second"]]
    document["buffers"][0]["alignment_bytes"] = 4
    assert load_manifest(document).sha256 == load_manifest(good()).sha256
    document["buffers"][0]["size"] = 5
    assert load_manifest(document).sha256 != load_manifest(good()).sha256


def test_a_warm_start_of_an_older_manifest_is_taken_with_a_warning() -> None:
    manifest = load_manifest(good() | {"solver": {"warm_start": {"loop/state": 0, "gone": 16}}})
    assert manifest.solver.warm_start == {"loop/state": 0, "gone": 16}
    assert [(warning.type, warning.names) for warning in manifest.warnings] == [("warm_start_unknown", ("gone",))]


def test_65536_buffers_are_not_too_many() -> None:
    buffers = [{"name": f"b{number}", "size": 1, "dtype": "int8"} for number in range(65_536)]
    assert len(load_manifest(one_buffer() | {"buffers": buffers}).buffers) == 65_536


def test_reading_needs_no_solver_no_numpy_and_no_web() -> None:
    code = "import sys, solver; solver.load_manifest; print([m for m in ('ortools', 'numpy', 'pydantic') if m in sys.modules])"
    result = subprocess.run(
        [sys.executable, "-S", "-c", code],
        capture_output=True,
        text=True,
        check=False,
        env={"PYTHONPATH": ":".join(sys.path)},
    )
    assert result.stdout.strip() == "[]", result.stderr


def test_contents_that_come_round_a_loop_into_an_inactive_head_are_no_new_write() -> None:
    document = {
        "schema": "warpack/manifest/1",
        "target": {"compute_capability": "8.6"},
        "timeline": {"phases": ["p0", "p1", "p2", "p3"], "loops": [[1, 4]]},
        "components": [{"path": "step", "active": [["p2", "p3"]]}],
        "buffers": [{"name": "kept", "component": "step", "size": 1, "dtype": "int32", "lifetime": [["p3", "p2"]]}],
    }
    manifest = load_manifest(document)
    assert load_manifest(manifest.model_dump()).sha256 == manifest.sha256
