from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from dataclasses import replace

import pytest

from tests.gpu_runtime.emitters.samples import SAMPLES
from tests.helpers.hand_layouts import make_buffer, make_layout, make_manifest
from tests.helpers.processes import PATIENCE_S
from warpack.gpu_runtime.emitters import TARGETS, EmitError, emit, getter_names, getters
from warpack.gpu_runtime.emitters.names import zero_name
from warpack.solver.wire.manifest import Target

_EMIT_ALL = """
import hashlib
from warpack.gpu_runtime.emitters import emit
from tests.gpu_runtime.emitters.samples import SAMPLES
for layout, manifest in SAMPLES.values():
    print(hashlib.sha256(emit(layout, manifest).encode()).hexdigest())
"""


def _hashes(seed: str) -> str:
    environment = os.environ | {"PYTHONHASHSEED": seed}
    return subprocess.run(
        [sys.executable, "-c", _EMIT_ALL],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
        timeout=PATIENCE_S,
    ).stdout


def test_the_same_layout_gives_the_same_bytes_in_every_process() -> None:
    assert _hashes("1") == _hashes("2")


@pytest.mark.parametrize("sample", SAMPLES)
def test_the_module_imports_numba_cuda_alone_and_defines_every_documented_name(sample: str) -> None:
    layout, manifest = SAMPLES[sample]
    tree = ast.parse(emit(layout, manifest))
    imports = [ast.unparse(node) for node in ast.walk(tree) if isinstance(node, (ast.Import, ast.ImportFrom))]
    zeroed = any(getter.zero for getter in getters(layout, manifest).values())
    assert imports == [
        "from numba import cuda, types",
        "from numba.cuda.extending import intrinsic",
        *(["from numba.cuda.nvvmutils import SRegBuilder"] if zeroed else []),
    ]
    functions = [node.name for node in tree.body if isinstance(node, ast.FunctionDef)]
    assert len(functions) == len(set(functions))
    assert {"thread_memory", "init", "thread_in_block", "run_in_block", "lane_in_run"} <= set(functions)
    documented = {node.name for node in tree.body if isinstance(node, ast.FunctionDef) and ast.get_docstring(node)}
    assert documented == set(functions)
    for getter in getters(layout, manifest).values():
        assert getter.identifier in functions
        assert getter.zero is None or getter.zero in functions


def test_constants_are_those_of_the_layout() -> None:
    layout, manifest = SAMPLES["mixed"]
    launch = layout.launch
    assert launch is not None
    assignments = {
        ast.unparse(node.targets[0]): node.value
        for node in ast.parse(emit(layout, manifest)).body
        if isinstance(node, ast.Assign)
    }
    constants = {name: node.value for name, node in assignments.items() if isinstance(node, ast.Constant)}
    assert constants == {
        "LAYOUT_SHA256": layout.sha256,
        "MANIFEST_SHA256": manifest.sha256,
        "COMPUTE_CAPABILITY": "8.6",
        "THREADS_PER_BLOCK": 8,
        "RUNS_PER_BLOCK": 4,
        "THREADS_PER_RUN": 2,
        "DYNAMIC_SHARED_BYTES": 32 + 4 * 112,
        "RUN_BYTES": 104,
        "PADDING_BYTES": 8,
        "STRIDE_BYTES": 112,
        "BLOCK_REGION_BYTES": 23,
        "REGION_GAP_BYTES": 9,
        "BASE_ALIGNMENT_BYTES": 16,
        "LOCAL_BYTES": 5 * 4 + 4 * 8,
        "PERSISTENT_LOCAL_BYTES": 48,
        "OPT_IN": False,
    }


def test_the_text_says_which_barrier_must_follow_init() -> None:
    def promise(sample: str) -> str:
        tree = ast.parse(emit(*SAMPLES[sample]))
        init = next(node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == "init")
        return ast.get_docstring(init) or ""

    assert "cuda.syncthreads() must follow" in promise("mixed")
    assert "no barrier need follow" in promise("plain")
    assert "no barrier need follow" in promise("local_only")
    assert "Does nothing" in promise("apart")


def test_threads_of_one_run_within_a_warp_may_use_a_warp_barrier_after_init() -> None:
    manifest = make_manifest(make_buffer("state", 4, zero="entry"), threads_per_run=4)
    assert "cuda.syncwarp()" in emit(make_layout(manifest, {"state": 0}), manifest)
    manifest = make_manifest(make_buffer("state", 4, zero="entry"), threads_per_run=6)
    assert "cuda.syncwarp()" not in emit(make_layout(manifest, {"state": 0}), manifest)


def test_free_text_of_the_manifest_never_reaches_the_code() -> None:
    hostile = '"""\nimport os; os.system("true")  # phase'
    layout, manifest = SAMPLES["plain"]
    named = replace(manifest, name=hostile, timeline=replace(manifest.timeline, names=(hostile, "b", "c", "d")))
    relabelled = replace(layout, name=hostile, manifest_sha256=named.sha256)
    text = emit(relabelled, named)
    assert "os.system" not in text
    assert "import os" not in text


@pytest.mark.parametrize(
    "name",
    ["a b", "a\nb", 'a"', "1a", "", "class", "None", "__dunder__", "é", "a-b", "a#b", "import os", "x" + chr(0x2028)],
)
@pytest.mark.parametrize("place", ["name", "component", "part"])
def test_a_name_that_is_no_identifier_is_refused(name: str, place: str) -> None:
    sample = make_manifest(make_buffer("fine", 2))
    buffer = sample.buffers[0]
    if place == "part":
        buffer = replace(buffer, parts=(SAMPLES["mixed"][1].by_name["store"].parts[0],))
        buffer = replace(buffer, parts=(replace(buffer.parts[0], name=name, size=2),))
    else:
        component = name or "a//b"
        buffer = replace(buffer, name=name) if place == "name" else replace(buffer, component=component)
    manifest = replace(sample, buffers=(buffer,))
    with pytest.raises(EmitError, match="no identifier"):
        getter_names(manifest)
    with pytest.raises(EmitError):
        emit(make_layout(manifest, {buffer.full_name: 0}), manifest)


def test_a_compute_capability_that_is_none_is_refused() -> None:
    layout, manifest = SAMPLES["plain"]
    odd = replace(manifest, target=Target('8.6"; import os'))
    with pytest.raises(EmitError, match="compute capability"):
        emit(replace(layout, manifest_sha256=odd.sha256), odd)


def _names(*full_names: str) -> dict[str, str]:
    return getter_names(make_manifest(*(make_buffer(name, 1) for name in full_names)))


def test_identifiers_are_the_component_path_and_the_name() -> None:
    assert _names("loop/algorithm/stage_store", "state") == {
        "loop/algorithm/stage_store": "loop_algorithm_stage_store",
        "state": "state",
    }


def test_names_that_would_collide_get_different_stable_identifiers() -> None:
    names = _names("a/b_c", "a_b/c", "a/b/c", "other")
    assert len(set(names.values())) == 4
    assert names["other"] == "other"
    assert all(names[name].startswith("a_b_c_") for name in ("a/b_c", "a_b/c", "a/b/c"))
    assert names == _names("other", "a/b/c", "a/b_c", "a_b/c")
    assert names["a/b_c"] == _names("a/b_c", "a/b/c")["a/b_c"]


def test_a_buffer_named_like_the_hash_form_of_another_does_not_take_its_identifier() -> None:
    taken = _names("a/b_c", "a_b/c")["a/b_c"]
    names = _names("a/b_c", "a_b/c", taken)
    assert len(set(names.values())) == 3


@pytest.mark.parametrize(
    "name", ["thread_memory", "init", "memory", "range", "types", "THREADS_PER_BLOCK", "ALIGN_64", "zero_state"]
)
def test_names_that_the_module_needs_itself_get_a_prefix(name: str) -> None:
    assert _names(name) == {name: f"buffer_{name}"}


def test_getters_and_zero_functions_never_share_a_name() -> None:
    names = _names("state", "zero_state", "zero/state", "zero_zero_state").values()
    functions = [*names, *(zero_name(name) for name in names)]
    assert len(functions) == len(set(functions)) == 8


def test_an_unknown_target_is_refused_with_the_known_ones() -> None:
    with pytest.raises(EmitError, match=re.escape(f"'cobol' is none of {', '.join(sorted(TARGETS))}")):
        emit(*SAMPLES["plain"], target="cobol")


def test_calls_as_data_say_what_to_pass() -> None:
    calls = {name: (getter.call, getter.zero_call) for name, getter in getters(*SAMPLES["mixed"]).items()}
    assert calls["loop/state"] == ("loop_state(memory)", "zero_loop_state(memory)")
    assert calls["store"] == ("store(memory)", None)
    assert calls["store#row0"] == ("store_row0(memory)", "zero_store_row0(memory)")
    assert calls["table"] == ("table(memory)", "zero_table(memory)")
    assert calls["window"] == ("window(memory)", "zero_window(memory)")
    assert calls["rows#b"] == ("rows_b(memory)", None)
    assert calls["kept_long"] == ("kept_long(memory)", None)
    rings = {name: getter.call for name, getter in getters(*SAMPLES["rings"]).items()}
    assert rings["work"] == "work(memory, slot)"


def _init(*buffers: tuple[str, int, str], threads_per_run: int = 1) -> str:
    """The body of `init` for buffers of the run, one behind the other, that read zero at the start."""
    manifest = make_manifest(
        *(make_buffer(name, size, dtype, zero="entry") for name, size, dtype in buffers),
        threads_per_run=threads_per_run,
    )
    offsets, end = {}, 0
    for buffer in manifest.buffers:
        offsets[buffer.name] = end
        end += buffer.size_bytes
    text = emit(make_layout(manifest, offsets, stride_bytes=-(-end // 16) * 16, padding_bytes=-end % 16), manifest)
    return text[text.index("def init(") :]


def test_init_zeroes_what_lies_in_one_piece_in_one_loop() -> None:
    body = _init(*((f"b{number}", 3, ("float32", "int32")[number % 2]) for number in range(300)))
    assert body.count("zero_view_by_thread(") == 1
    assert "zero_b" not in body


def test_init_takes_the_widest_elements_and_narrow_ones_where_those_do_not_fit() -> None:
    body = _init(("d", 2, "float64"), ("f", 3, "float32"), ("g", 4, "float32"), ("h", 5, "uint8"), ("k", 2, "uint8"))
    calls = [line.split("], ")[-1] for line in body.splitlines() if "(view_at(memory[" in line]
    assert calls == ["0, 6), 6)", "48, 3), 3)"]


def test_init_calls_the_zero_functions_where_one_loop_for_several_would_not_be_fewer() -> None:
    body = _init(("f", 3, "float32"), ("h", 5, "uint8"))
    assert "zero_view_" not in body
    assert "zero_f(memory)\n    zero_h(memory)" in body
