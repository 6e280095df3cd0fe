"""A struct of shared storage becomes a manifest whose conflicts are exactly those that its layout keeps."""

from __future__ import annotations

import shutil
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.solving import solved
from warpack.gpu_runtime.imports import Imported, ImportFailed
from warpack.gpu_runtime.imports.header import import_header
from warpack.solver import Layout, load_manifest

pytestmark = pytest.mark.skipif(
    not any(shutil.which(one) for one in ("g++", "clang++")), reason="no C++ compiler is installed here"
)

NESTED = """
#pragma once
#include <cstdint>
namespace kernel {
struct quad { float x, y, z, w; };
template <int N> struct Tile { alignas(128) float data[N][N]; };
struct Storage {
  union {
    struct { Tile<16> left, right; uint64_t full[4]; } load;
    struct {
      union { float partial[8][8]; double wide[40]; };
      alignas(16) short out[64];
    } product;
    quad epilogue[50];
  };
  float totals[2][8];
  unsigned first : 3, second : 9;
  union { char letters[10]; int numbers[3]; } tail;
  static int shared_by_all;
  int method() const { return 1; }
};
}
"""


def imported(folder: Path, text: str, **how: Any) -> Imported:
    header = folder / "storage.cuh"
    header.write_text(text, encoding="utf-8")
    return import_header(header, **how)


def of_block(layout: Layout) -> int:
    assert layout.launch is not None
    return layout.launch.block_region_bytes


def test_members_become_buffers_at_the_compilers_offsets(tmp_path: Path) -> None:
    manifest = load_manifest(imported(tmp_path, NESTED).manifest)
    kinds = {one.full_name: (str(one.dtype), one.size, one.alignment_bytes) for one in manifest.buffers}
    assert kinds["load/left/data"] == ("float32", 256, 128)
    assert kinds["load/full"] == ("uint64", 4, 8)
    assert kinds["product/out"] == ("int16", 64, 16)
    assert kinds["epilogue"] == ("float32", 200, 4)
    assert kinds["totals"] == ("float32", 16, 4)
    assert kinds["first"] == ("uint8", 2, 1)
    assert not {"shared_by_all", "method"} & kinds.keys()
    own = manifest.baseline
    assert own is not None
    assert own.offsets_bytes["load/right/data"] == 1024
    assert own.offsets_bytes["product/wide"] == own.offsets_bytes["product/partial"] == 0
    assert own.block_region_bytes % 128 == 0


def test_what_lies_over_one_another_takes_turns_and_nothing_else_does(tmp_path: Path) -> None:
    """Two members that share bytes in the struct may share in any layout; two that are in no union together may not."""
    manifest = load_manifest(imported(tmp_path, NESTED).manifest)
    layout = solved(manifest)
    own = layout.baselines["by_hand"]
    assert own.broken == ()
    live = {one.full_name: phases(manifest, one) for one in manifest.buffers}
    apart = {frozenset(pair) for pair in combinations(live, 2) if not live[pair[0]] & live[pair[1]]}
    assert frozenset(("load/full", "epilogue")) in apart
    assert frozenset(("product/partial", "product/wide")) in apart
    assert frozenset(("tail/letters", "tail/numbers")) in apart
    assert frozenset(("tail/letters", "epilogue")) not in apart
    assert frozenset(("totals", "epilogue")) not in apart
    assert frozenset(("product/out", "product/wide")) not in apart
    assert of_block(layout) < own.block_region_bytes


def phases(manifest: Any, buffer: Any) -> set[int]:
    if buffer.lifetime is None:
        return set(range(manifest.timeline.length))
    return {phase for start, end in buffer.lifetime for phase in range(start, end)}


def test_phases_are_named_by_the_alternatives_and_assumptions_are_said(tmp_path: Path) -> None:
    found = imported(tmp_path, "union Turns { float early[4]; float late[8]; };", compute_capability="9.0")
    assert found.manifest["timeline"] == {"phases": ["early", "late"], "barriers": "every"}
    assert found.manifest["target"] == {"compute_capability": "9.0"}
    told = ("the manifest is for 9.0", "take turns", "barrier")
    assert [word for word in told if any(word in note for note in found.notes)] == list(told)


def test_a_struct_without_a_union_says_that_nothing_shares(tmp_path: Path) -> None:
    found = imported(tmp_path, "struct Flat { float a[4]; double b[2]; bool c; };")
    layout = solved(load_manifest(found.manifest))
    assert of_block(layout) == 4 * 4 + 2 * 8 + 1
    assert any("no union" in note for note in found.notes)


def test_a_template_is_imported_by_its_instance(tmp_path: Path) -> None:
    text = "template <typename T, int N> struct Buffers { union { T wide[2 * N]; T narrow[N]; }; };"
    found = imported(tmp_path, text, struct="Buffers<double, 32>")
    assert found.manifest["baseline"]["block_region_bytes"] == 512
    with pytest.raises(ImportFailed, match="name an instance"):
        imported(tmp_path, text)


def test_numbers_of_cuda_and_wrappers_of_them_are_elements(tmp_path: Path) -> None:
    text = """
    struct __half { unsigned short bits; };  struct __nv_bfloat16 { unsigned short bits; };
    struct odd { float x; char y; };
    struct S { __half a[8]; __nv_bfloat16 b[8]; odd c[4]; float2_ *p; enum { one, two } e; __int128 wide; };
    """.replace("float2_", "void")
    by_name = {one["name"]: one for one in imported(tmp_path, text, struct="S").manifest["buffers"]}
    assert (by_name["a"]["dtype"], by_name["b"]["dtype"]) == ("float16", "bfloat16")
    assert (by_name["c"]["size"], by_name["c"]["dtype"]) == (4, {"itemsize_bytes": 8, "alignment_bytes": 4})
    assert by_name["p"]["dtype"] == "uint64"
    assert by_name["wide"]["dtype"] == {"itemsize_bytes": 16, "alignment_bytes": 16}


def test_words_of_cuda_are_taken_in_a_header(tmp_path: Path) -> None:
    text = "struct __align__(32) S { float a[3]; __host__ __device__ float first() const { return a[0]; } };"
    assert imported(tmp_path, text).manifest["baseline"]["block_region_bytes"] == 32


def test_what_cannot_be_kept_is_said(tmp_path: Path) -> None:
    found = imported(
        tmp_path,
        "struct Slot { union { int a; float b; }; int c; }; struct S { Slot slots[4]; float rest[]; };",
        struct="S",
    )
    assert [one["name"] for one in found.manifest["buffers"]] == ["slots"]
    assert [
        word for word in ("array of structs with unions", "open length") if any(word in n for n in found.notes)
    ] == [
        "array of structs with unions",
        "open length",
    ]


def test_large_storage_opts_in(tmp_path: Path) -> None:
    found = imported(tmp_path, "struct S { float a[20000]; };")
    assert found.manifest["target"]["shared_budget_bytes"] == "opt-in"


@pytest.mark.parametrize(
    ("text", "struct", "fault"),
    [
        ("struct A {}; struct B {};", "Nope", "has no struct Nope that compiles; it declares A, B"),
        ("template <int N> struct T {};", "Nope", "it declares no struct that is no template"),
        ("struct A { int x; }", "A", "does not take the header"),
        ("int x;", None, "declares no struct"),
        ("struct A { int x; }; struct B { int y; };", None, "declares A, B"),
        ("using Number = int;", "Number", "no struct"),
    ],
)
def test_what_is_wrong_is_said_with_what_would_be_right(
    tmp_path: Path, text: str, struct: str | None, fault: str
) -> None:
    with pytest.raises(ImportFailed) as caught:
        imported(tmp_path, text, struct=struct)
    assert fault in str(caught.value)
    assert "import.cpp" not in str(caught.value)


def test_a_struct_that_is_a_part_of_another_is_not_meant(tmp_path: Path) -> None:
    assert imported(tmp_path, "struct Part { int x; }; struct Whole { Part p[3]; };").manifest["name"] == "Whole"


def test_too_many_combinations_are_refused_and_not_written_out(tmp_path: Path) -> None:
    unions = " ".join(f"union {{ int a{n}; float b{n}; char c{n}; }};" for n in range(6))
    with pytest.raises(ImportFailed, match="more than 256 combinations"):
        imported(tmp_path, f"struct S {{ {unions} }};")


def test_a_compiler_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ImportFailed, match="nonesuch"):
        imported(tmp_path, "struct S { int a; };", compiler="nonesuch")
