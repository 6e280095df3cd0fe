"""Dumps of Triton's compiler become manifests to the byte: no Triton is needed to read one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.helpers.solving import solved
from warpack.gpu_runtime.imports import Imported, ImportFailed
from warpack.gpu_runtime.imports.triton import import_triton
from warpack.solver import load_manifest

DUMPS = Path(__file__).with_name("dumps")

_HEAD = """
#plain = #ttg.swizzled_shared<{vec = 1, perPhase = 1, maxPhase = 1, order = [0]}>
#wide = #ttg.nvmma_shared<{swizzlingByteWidth = 128, transposed = false, elementBitWidth = 16}>
#loose = #ttg.padded_shared<[32:+4] {order = [0], shape = [128]}>
#smem = #ttg.shared_memory
"""


def module(
    *lines: str, shared: int, name: str = "kernel", target: str = "cuda:80", more: str = "", ctas: int = 1
) -> str:
    attributes = (
        f'"ttg.num-ctas" = {ctas} : i32, "ttg.num-warps" = 4 : i32, ttg.shared = {shared} : i32, '
        f'ttg.target = "{target}", "ttg.threads-per-warp" = 32 : i32'
    )
    body = "\n".join(f"    {line}" for line in lines)
    return f"{_HEAD}module attributes {{{attributes}}} {{\n  tt.func public @{name}(%p: i32) {{\n{body}\n    tt.return\n  }}\n{more}}}\n"


def alloc(name: str, offset: int, size: int = 64, kind: str = "f32, #plain", more: str = "") -> str:
    return (
        f"%{name} = ttg.local_alloc {{{more}allocation.offset = {offset} : i32}} : () -> "
        f"!ttg.memdesc<{size}x{kind}, #smem, mutable>"
    )


def use(name: str, result: str = "r") -> str:
    return f"%{result} = ttg.local_load %{name} : !ttg.memdesc<64xf32, #plain, #smem, mutable> -> tensor<64xf32>"


def scratch(result: str, offset: int, size: int) -> str:
    return f"%{result} = ttg.convert_layout %t {{allocation.offset = {offset} : i32, allocation.size = {size} : i32}} : tensor<64xf32> -> tensor<64xf32>"


def lifetimes(imported: Imported) -> dict[str, tuple[str, str]]:
    """The operations, by result or name, at which each buffer begins and ends."""
    named = [phase.split(": ", 1)[1] for phase in imported.manifest["timeline"]["phases"]]
    return {
        one["name"]: (named[one["lifetime"][0][0]].split()[0], named[one["lifetime"][0][1] - 1].split()[0])
        for one in imported.manifest["buffers"]
    }


def replayed(imported: Imported, shared: int) -> int:
    """Ours, after Triton's own layout was found to keep every rule of the manifest at its own bytes."""
    layout = solved(load_manifest(imported.manifest))
    own = layout.baselines["by_hand"]
    assert (own.block_region_bytes, own.broken) == (shared, ())
    assert layout.launch is not None
    assert layout.launch.block_region_bytes <= shared
    return layout.launch.block_region_bytes


@pytest.mark.parametrize(
    ("capability", "shared", "alignments"), [("80", 32768, [16, 16, 128, 128]), ("90", 49152, [512, 1024, 128])]
)
def test_a_pipelined_matmul_is_replayed_to_the_byte(capability: str, shared: int, alignments: list[int]) -> None:
    imported = import_triton((DUMPS / f"matmul-{capability}.mlir").read_text())
    assert replayed(imported, shared) == shared
    manifest = imported.manifest
    assert [one["alignment_bytes"] for one in manifest["buffers"]] == alignments
    assert manifest["target"]["compute_capability"] == f"{capability[0]}.{capability[1]}"
    assert manifest["launch"] == {"threads_per_block": 128}
    assert len(manifest["timeline"]["loops"]) == 1
    live = lifetimes(imported)
    assert live["x"] == ("%x", "ttg.local_dealloc")
    assert any("asynchronous" in note for note in imported.notes)


def test_buffers_that_follow_one_another_share_bytes_as_triton_has_them() -> None:
    imported = import_triton(
        module(alloc("a", 0), use("a"), alloc("b", 0, 32), scratch("c", 256, 128), use("b"), shared=384)
    )
    assert lifetimes(imported) == {"a": ("%a", "%r"), "b": ("%b", "%r"), "c": ("%c", "%c")}
    assert replayed(imported, 384) == 256


def test_a_view_keeps_its_buffer_alive_and_a_value_loaded_from_it_does_not() -> None:
    view = (
        "%v = ttg.memdesc_index %a[%p] : !ttg.memdesc<2x64xf32, #plain, #smem> -> !ttg.memdesc<64xf32, #plain, #smem>"
    )
    turned = "%w = ttg.memdesc_trans %v {order = array<i32: 0>} : !ttg.memdesc<64xf32, #plain, #smem> -> !ttg.memdesc<64xf32, #plain, #smem>"
    later = "%s = arith.addf %l, %l : tensor<64xf32>"
    imported = import_triton(
        module(alloc("a", 0, 128), view, turned, use("w", "l"), scratch("b", 0, 64), later, shared=512)
    )
    assert lifetimes(imported)["a"] == ("%a", "%l")
    assert len(imported.manifest["timeline"]["phases"]) == 3


def test_a_buffer_that_is_used_in_a_loop_lives_through_all_of_it() -> None:
    imported = import_triton(
        module(
            alloc("a", 0),
            "cf.br ^bb1(%p : i32)",
            "^bb1(%i: i32):  // 2 preds: ^bb0, ^bb2",
            "cf.cond_br %i, ^bb2, ^bb3",
            "^bb2:  // pred: ^bb1",
            use("a"),
            scratch("inner", 256, 64),
            "cf.br ^bb1(%i : i32)",
            "^bb3:  // pred: ^bb1",
            scratch("after", 0, 256),
            shared=320,
        )
    )
    phases = imported.manifest["timeline"]["phases"]
    a, inner, after = imported.manifest["buffers"]
    assert a["lifetime"][0][1] > inner["lifetime"][0][0]
    assert a["lifetime"][0][1] <= after["lifetime"][0][0]
    (loop,) = imported.manifest["timeline"]["loops"]
    assert loop[0] <= inner["lifetime"][0][0] < loop[1] < len(phases)
    assert replayed(imported, 320) == 320


def test_block_arguments_are_followed_also_where_two_buffers_swap() -> None:
    memdesc = "!ttg.memdesc<64xf32, #plain, #smem, mutable>"
    imported = import_triton(
        module(
            alloc("a", 0),
            alloc("b", 256),
            f"cf.br ^bb1(%a, %b : {memdesc}, {memdesc})",
            f"^bb1(%x: {memdesc}, %y: {memdesc}):  // 2 preds",
            use("x"),
            f"cf.cond_br %p, ^bb1(%y, %x : {memdesc}, {memdesc}), ^bb2",
            "^bb2:  // pred: ^bb1",
            scratch("end", 0, 512),
            shared=512,
        )
    )
    live = lifetimes(imported)
    assert live["a"][1] == live["b"][1] == "cf.cond_br"
    assert replayed(imported, 512) == 512


def test_a_copy_in_flight_keeps_its_bytes_until_it_has_been_waited_for() -> None:
    copy = "%k = ttg.async_copy_global_to_local %src, %a : tensor<64x!tt.ptr<f32>> -> <64xf32, #plain, #smem, mutable>"
    some, all_ = "%w = ttg.async_wait %k {num = 1 : i32}", "%z = ttg.async_wait {num = 0 : i32}"
    lines = (alloc("a", 0), copy, scratch("b", 256, 64), some, scratch("c", 384, 64), all_, scratch("d", 0, 64))
    imported = import_triton(module(*lines, shared=448))
    a, b, c, d = imported.manifest["buffers"]
    assert a["lifetime"][0][1] > c["lifetime"][0][0] > b["lifetime"][0][0]
    assert a["lifetime"][0][1] <= d["lifetime"][0][0]


def test_partitions_of_warps_run_beside_one_another_and_never_share() -> None:
    memdesc = "!ttg.memdesc<64xf32, #plain, #smem, mutable>"
    imported = import_triton(
        module(
            alloc("shared_by_all", 0),
            "ttg.warp_specialize(%shared_by_all)",
            "default {",
            scratch("one", 256, 128),
            "ttg.warp_yield",
            "}",
            f"partition0(%arg: {memdesc}) num_warps(4) {{",
            use("arg"),
            scratch("two", 384, 128),
            "ttg.warp_return",
            f"}} : ({memdesc}) -> ()",
            scratch("three", 0, 512),
            shared=512,
        )
    )
    assert imported.manifest["apart"] == [["one", "partition0_1_two"]]
    live = lifetimes(imported)
    assert live["shared_by_all"] == ("%shared_by_all", "%partition0_1.r")
    assert replayed(imported, 512) == 512


def test_warps_that_wait_for_a_region_have_a_byte_each_behind_all_that_is_allocated() -> None:
    """As Triton 3.9 prints a Gluon kernel of two partitions for 9.0."""
    imported = import_triton((DUMPS / "specialised-90.mlir").read_text())
    manifest = load_manifest(imported.manifest)
    assert manifest.by_name["warp_states"].size_bytes == 4
    assert manifest.by_name["warp_states"].persistent
    assert manifest.launch.threads_per_block == 256
    assert manifest.apart == (("b", "partition0_1_b_3"), ("buf_2", "partition0_1_b_3"))
    assert replayed(imported, 2564) <= 2564


def test_a_call_takes_what_its_callee_takes() -> None:
    callee = f"  tt.func private @helper(%q: i32) {{\n    {scratch('s', 128, 64)}\n    tt.return\n  }}\n"
    call = "tt.call @helper(%p) {allocation.offset = 256 : i32} : (i32) -> ()"
    imported = import_triton(module(alloc("a", 0), call, use("a"), shared=448, more=callee))
    assert [one["size"] for one in imported.manifest["buffers"]] == [64, 192]


def test_regions_of_a_reduction_are_a_part_of_it() -> None:
    reduce = (
        '%s = "tt.reduce"(%t) <{axis = 0 : i32}> ({',
        "^bb0(%x: f32, %y: f32):",
        "  %z = arith.addf %x, %y : f32",
        "  tt.reduce.return %z : f32",
        "}) {allocation.offset = 0 : i32, allocation.size = 512 : i32} : (tensor<64xf32>) -> f32",
    )
    imported = import_triton(module(*reduce, scratch("next", 0, 128), shared=512))
    assert [one["size"] for one in imported.manifest["buffers"]] == [512, 128]


@pytest.mark.parametrize(
    ("kind", "more", "size", "dtype", "alignment"),
    [
        ("bf16, #wide", "", 64, "bfloat16", 1024),
        ("f8E4M3FN, #plain", "", 64, "float8_e4m3fn", 16),
        ("f16, #loose", "", 68, "float16", 16),
        ("i64, #plain", "alignment = 64 : i32, ", 64, "int64", 64),
        ("i1, #plain", "", 64, "uint8", 16),
        ("!tt.ptr<f16>, #plain", "", 64, "uint64", 16),
    ],
)
def test_element_types_alignments_and_padding_are_those_of_the_encoding(
    kind: str, more: str, size: int, dtype: str, alignment: int
) -> None:
    bits = {"bfloat16": 2, "float8_e4m3fn": 1, "float16": 2, "int64": 8, "uint8": 1, "uint64": 8}[dtype]
    (buffer,) = import_triton(module(alloc("a", 0, 64, kind, more), shared=size * bits)).manifest["buffers"]
    assert (buffer["size"], buffer["dtype"], buffer["alignment_bytes"]) == (size, dtype, alignment)


def test_a_kernel_without_shared_memory_is_an_empty_manifest() -> None:
    imported = import_triton(module(shared=0))
    assert imported.manifest["buffers"] == []
    assert replayed(imported, 0) == 0


def test_one_of_several_kernels_is_chosen_by_name_and_the_newest_of_one_is_taken() -> None:
    heading = "// -----// IR Dump Before Pass: pass ('builtin.module' operation) //----- //\n"
    first, again = module(alloc("a", 0), shared=256), module(alloc("a", 0, 128), shared=512)
    before = first.replace(", ttg.shared = 256 : i32", "")
    other = module(alloc("b", 0, 32), shared=128, name="other")
    dump = "".join(heading + one for one in (before, first, first, before, again, other))
    assert import_triton(dump, kernel="kernel").manifest["baseline"]["block_region_bytes"] == 512
    assert import_triton(dump, kernel="other").manifest["name"] == "other"
    with pytest.raises(ImportFailed, match="kernels kernel, other: say with --kernel"):
        import_triton(dump)
    with pytest.raises(ImportFailed, match="no kernel 'third', but kernel, other"):
        import_triton(dump, kernel="third")


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "no module with `ttg.shared`"),
        (module(alloc("a", 0), shared=300), "end at byte 256, and Triton says 300"),
        (module(alloc("a", 0, 64, "f7, #plain"), shared=256), "element type 'f7'"),
        (module(alloc("a", 0), shared=256, target="hip:gfx942"), "no NVIDIA GPU"),
        (module(alloc("a", 0), shared=256, ctas=2), "num_ctas is 2"),
        (module("scf.for %i = %a to %b step %c {", "}", shared=0), "scf.for has not been lowered"),
        (module("%a = ttg.local_alloc : () -> !ttg.memdesc<4xf32, #plain, #smem>", shared=0), "no allocation.offset"),
        (module("tt.call @gone(%p) {allocation.offset = 0 : i32} : (i32) -> ()", shared=0), "no function 'gone'"),
        (module("cf.br ^bb9", shared=0), "no block ^bb9"),
        (
            module(
                "%a = ttg.convert_layout %t {allocation.offset = 0 : i32} : tensor<4xf32> -> tensor<4xf32>", shared=0
            ),
            "no allocation.size",
        ),
    ],
)
def test_a_dump_that_is_not_understood_is_refused_by_name(text: str, fault: str) -> None:
    with pytest.raises(ImportFailed) as caught:
        import_triton(text)
    assert fault in str(caught.value)


def test_locations_in_a_dump_are_no_obstacle() -> None:
    text = module(alloc("a", 0) + ' loc("x"(callsite(#loc1 at #loc(2))))', use("a") + " loc(#loc3)", shared=256)
    assert lifetimes(import_triton(text)) == {"a": ("%a", "%r")}


def test_names_that_differ_only_in_what_a_manifest_allows_stay_apart() -> None:
    text = module(alloc("a-1", 0), alloc("a.1", 256), use("a-1"), use("a.1"), shared=512)
    names: list[Any] = [one["name"] for one in import_triton(text).manifest["buffers"]]
    assert len(set(names)) == 2
