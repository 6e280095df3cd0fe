"""Kernels compiled by Triton itself, without a GPU: only where Triton is installed."""

from __future__ import annotations

import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.helpers.solving import solved
from warpack.gpu_runtime.imports import ImportFailed
from warpack.gpu_runtime.imports.triton import import_triton
from warpack.gpu_runtime.imports.triton.compiling import Compilation, Compiled, compile_kernel, compile_kernels
from warpack.solver import load_manifest

WITH_TRITON = pytest.mark.skipif(
    find_spec("triton") is None, reason="Triton is not installed here (extra `triton`): its dumps are tested from files"
)

KERNELS = """
import triton
import triton.language as tl

print("said while it is imported")

@triton.jit
def rows(x, y, stride, R: tl.constexpr, B: tl.constexpr):
    r, i = tl.program_id(0) * R + tl.arange(0, R), tl.arange(0, B)
    v = tl.load(x + r[:, None] * stride + i[None, :])
    tl.store(y + r, tl.sum(v, 1))

@triton.jit
def turned(x, y, B: tl.constexpr):
    i = tl.arange(0, B)
    v = tl.load(x + i[:, None] * B + i[None, :])
    tl.store(y + i[:, None] * B + i[None, :], tl.trans(v))
"""


def written(folder: Path) -> Path:
    file = folder / "kernels.py"
    file.write_text(KERNELS, encoding="utf-8")
    return file


@WITH_TRITON
def test_what_triton_allocates_is_replayed_to_the_byte(tmp_path: Path) -> None:
    jobs = [
        Compilation(written(tmp_path), "*fp32:16, *fp32:16, i32:16, 16, 64", "rows", "9.0"),
        Compilation(written(tmp_path), "*fp16:16, *fp16:16, 64", "turned", "8.0", {"num_warps": 8}),
    ]
    for found in compile_kernels(jobs):
        assert isinstance(found, Compiled)
        layout = solved(load_manifest(import_triton(found.dump).manifest))
        own = layout.baselines["by_hand"]
        assert (own.block_region_bytes, own.broken) == (found.shared_bytes, ())


@WITH_TRITON
@pytest.mark.parametrize(
    ("signature", "kernel", "fault"),
    [
        ("*fp32, *fp32", "rows", "rows(x, y, stride, R, B) has 5"),
        ("*fp32, *fp32, i32, 16, 63", "rows", "power of 2"),
        ("*fp32", None, "the kernels rows, turned: say which"),
    ],
)
def test_what_triton_says_of_a_kernel_is_passed_on(
    tmp_path: Path, signature: str, kernel: str | None, fault: str
) -> None:
    with pytest.raises(ImportFailed) as caught:
        compile_kernel(Compilation(written(tmp_path), signature, kernel))
    assert fault in str(caught.value)


@pytest.mark.skipif(find_spec("triton") is not None, reason="Triton is installed here")
def test_where_triton_is_missing_it_is_said_how_to_get_it(tmp_path: Path) -> None:
    with pytest.raises(ImportFailed, match=r"pip install 'warpack\[triton\]'"):
        compile_kernel(Compilation(written(tmp_path), "*fp32", "rows"))


def test_an_interpreter_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ImportFailed, match="nonesuch"):
        compile_kernel(Compilation(written(tmp_path), "*fp32", "rows"), interpreter=str(tmp_path / "nonesuch"))


def test_a_process_that_dies_is_told_of(tmp_path: Path) -> None:
    script = tmp_path / "python"
    script.write_text(f"#!{sys.executable}\nraise SystemExit('no more')\n", encoding="utf-8")
    script.chmod(0o755)
    with pytest.raises(ImportFailed, match="no more"):
        compile_kernel(Compilation(written(tmp_path), "*fp32", "rows"), interpreter=str(script))
