"""The text of checked allocators: the same getters, constants of its own, what it refuses."""

from __future__ import annotations

import ast
import itertools
import re
from dataclasses import replace
from typing import Any

import pytest

from tests.gpu_runtime.emitters.samples import SAMPLES
from tests.helpers.hand_layouts import make_buffer, make_layout, make_manifest
from warpack.gpu_runtime import EmitError, emit, emit_checked
from warpack.gpu_runtime.checked.names import phase_constants
from warpack.gpu_runtime.checked.poison import poison_of
from warpack.gpu_runtime.checked.storage import GUARD_BYTES, apart
from warpack.gpu_runtime.checked.writing import MOST_PHASES, MOST_TABLE_BYTES
from warpack.solver import load_manifest, optimize
from warpack.solver.wire.dtypes import DTYPES, DType
from warpack.solver.wire.manifest import Interval, Timeline


def functions(text: str) -> dict[str, str]:
    return {node.name: ast.unparse(node.args) for node in ast.parse(text).body if isinstance(node, ast.FunctionDef)}


def constants(text: str) -> dict[str, Any]:
    """Constants of plain values."""
    found = {}
    for node in ast.parse(text).body:
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Constant(value=value)):
                found[name] = value
    return found


@pytest.mark.parametrize("sample", SAMPLES)
def test_every_function_of_the_plain_allocators_is_there_with_the_same_arguments(sample: str) -> None:
    layout, manifest = SAMPLES[sample]
    plain, checked = functions(emit(layout, manifest)), functions(emit_checked(layout, manifest))
    assert {name: arguments for name, arguments in checked.items() if name in plain} == plain
    assert {"begin", "phase", "end", "new_record", "report"} <= checked.keys() - plain.keys()


@pytest.mark.parametrize("sample", SAMPLES)
def test_the_same_layout_gives_the_same_text_with_its_hash_in_it(sample: str) -> None:
    layout, manifest = SAMPLES[sample]
    text = emit_checked(layout, manifest)
    assert text == emit_checked(layout, manifest)
    assert constants(text)["LAYOUT_SHA256"] == layout.sha256


@pytest.mark.parametrize("sample", SAMPLES)
def test_no_two_buffers_share_a_byte_and_guards_lie_between_them(sample: str) -> None:
    layout, manifest = SAMPLES[sample]
    assert layout.launch is not None
    storage = apart(layout, layout.launch, manifest)
    for region in ("run", "block"):
        taken = [(start, start + size) for place, start, size, _ in storage.guards if place == region]
        for placed in storage.layout.buffers:
            if placed.region == region and placed.size_bytes:
                start = placed.parts[0].offset_bytes if placed.parts else placed.offset_bytes or 0
                taken.append((start, start + placed.size_bytes))
        taken.sort()
        assert all(first[1] <= second[0] for first, second in itertools.pairwise(taken))
        assert not taken or taken[0] == (0, GUARD_BYTES)


def test_phases_have_constants_and_so_has_the_first_phase_of_a_call() -> None:
    names = ("begin", "predict/residual", "predict/update", "correct/residual", "correct/update")
    assert dict(phase_constants(names)) == {
        "PHASE_begin": 0, "PHASE_predict": 1, "PHASE_predict_residual": 1, "PHASE_predict_update": 2,
        "PHASE_correct": 3, "PHASE_correct_residual": 3, "PHASE_correct_update": 4,
    }  # fmt: skip


CALLING = {
    "schema": "warpack/manifest/1",
    "target": {"compute_capability": "8.6"},
    "timeline": {"phases": ["load", "step", "both"]},
    "components": [
        {"path": "lu", "called_in": ["step", "both"], "timeline": {"phases": ["factor", "solve"]}},
        {"path": "norm", "called_in": ["both"], "timeline": {"length": 1}},
    ],
    "buffers": [{"name": "one", "size": 4, "dtype": "float32"}],
}


def test_the_first_phase_of_a_call_is_the_components_and_each_component_has_its_own() -> None:
    manifest = load_manifest(CALLING)
    found = constants(emit_checked(optimize(manifest), manifest))
    assert {name: number for name, number in found.items() if name.startswith(("PHASE_", "CALL_"))} == {
        "PHASE_load": 0, "PHASE_step_enter": 1, "PHASE_step": 2, "PHASE_step_factor": 2, "PHASE_step_solve": 3,
        "PHASE_step_exit": 4, "PHASE_both_enter": 5, "PHASE_both": 6, "PHASE_both_factor": 6, "PHASE_both_solve": 7,
        "PHASE_both_0": 8, "PHASE_both_exit": 9, "CALL_step_lu": 2, "CALL_both_lu": 6, "CALL_both_norm": 8,
    }  # fmt: skip


def test_a_block_keeps_the_threads_that_its_manifest_counts() -> None:
    buffers = [
        {"name": name, "size": 200, "dtype": "float32", "lifetime": [[at, at + 1]]} for at, name in enumerate("ab")
    ]
    document = CALLING | {"timeline": {"length": 2}, "components": [], "buffers": buffers}
    manifest = load_manifest(document | {"launch": {"threads_per_block": 32}, "target": {"compute_capability": "7.5"}})
    assert constants(emit_checked(optimize(manifest), manifest))["THREADS_PER_BLOCK"] == 32


def test_phases_without_names_are_numbers_and_names_that_coincide_are_given_to_neither() -> None:
    assert dict(phase_constants(("0", "1"))) == {"PHASE_0": 0, "PHASE_1": 1}
    assert dict(phase_constants(("a_b", "a/b", "c"))) == {"PHASE_0": 0, "PHASE_a": 1, "PHASE_c": 2}


@pytest.mark.parametrize("name", DTYPES)
def test_poison_fits_its_units_and_two_pieces_have_two_poisons_where_there_is_room(name: str) -> None:
    first, second = poison_of(DTYPES[name], 0), poison_of(DTYPES[name], 1)
    assert DTYPES[name].itemsize_bytes % first.width == 0
    assert -(1 << 63) <= first.pattern < 1 << 63
    assert (first.pattern == second.pattern) == (first.mask == 0)
    assert first.pattern & first.mask == first.tag


def test_opaque_items_are_poisoned_byte_by_byte() -> None:
    assert poison_of(DType(None, 12, 4), 3).width == 1


def test_a_block_has_fewer_threads_where_its_checked_windows_are_too_large() -> None:
    document = {
        "schema": "warpack/manifest/1",
        "target": {"compute_capability": "7.5"},
        "timeline": {"phases": ["a", "b"]},
        "buffers": [
            {"name": "one", "size": 60, "dtype": "float32", "lifetime": [["a", "a"]]},
            {"name": "two", "size": 60, "dtype": "float32", "lifetime": [["b", "b"]]},
        ],
    }
    manifest = load_manifest(document)
    layout = optimize(manifest)
    checked = constants(emit_checked(layout, manifest))
    assert layout.launch is not None
    assert checked["THREADS_PER_BLOCK"] < layout.launch.threads_per_block
    assert checked["THREADS_PER_BLOCK"] % 32 == 0
    assert checked["DYNAMIC_SHARED_BYTES"] <= 64 * 1024


@pytest.mark.parametrize("name", ["phase", "begin", "report", "PHASES", "new_record"])
def test_a_buffer_with_the_name_of_a_check_is_refused_by_name(name: str) -> None:
    manifest = make_manifest(make_buffer(name, 4))
    with pytest.raises(EmitError, match=re.escape(f"{name}: its getter '{name}'")):
        emit_checked(make_layout(manifest, {name: 0}), manifest)


def test_more_phases_than_a_kernel_can_walk_through_are_refused() -> None:
    manifest = make_manifest(make_buffer("a", 4, lifetime=(Interval(0, 1),)), timeline=Timeline(length=MOST_PHASES + 1))
    with pytest.raises(EmitError, match=str(MOST_PHASES + 1)):
        emit_checked(make_layout(manifest, {"a": 0}), manifest)


def test_more_buffers_than_constant_memory_has_tables_for_are_refused() -> None:
    names = [f"b{index}" for index in range(400)]
    manifest = make_manifest(*(make_buffer(name, 1) for name in names))
    with pytest.raises(EmitError, match=f"tables of 400 buffers.*at most {MOST_TABLE_BYTES}"):
        emit_checked(make_layout(manifest, {name: 4 * index for index, name in enumerate(names)}), manifest)


def test_the_emitted_file_needs_nothing_but_numba_and_numpy() -> None:
    tree = ast.parse(emit_checked(*SAMPLES["mixed"]))
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom)]
    modules = {name.name for node in imports if isinstance(node, ast.Import) for name in node.names}
    modules |= {str(node.module) for node in imports if isinstance(node, ast.ImportFrom)}
    assert {module.partition(".")[0] for module in modules} == {"bisect", "numba", "numpy", "sys", "threading"}


def test_an_infeasible_layout_is_refused() -> None:
    layout, manifest = SAMPLES["plain"]
    with pytest.raises(EmitError, match="infeasible"):
        emit_checked(replace(layout, launch=None), manifest)
