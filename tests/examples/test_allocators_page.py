"""Both kernels of docs/allocators.md compile with the files that are emitted for the example, and compute what they
say."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.helpers.python_programs import output_of
from warpack.gpu_runtime.compiler import cpp_to_cubin
from warpack.gpu_runtime.compiler.figures import figures_of
from warpack.gpu_runtime.emitters import emit_files
from warpack.solver import load_manifest, optimize

_ROOT = Path(__file__).parents[2]
_PAGE = (_ROOT / "docs" / "allocators.md").read_text()

_COMPILE = """
import json
import kernel
from warpack.gpu_runtime.compiler import compile_kernel
signature = "void(float32[:, ::1], float32[:, ::1], int64, float32)"
compiled = compile_kernel(kernel.integrate.py_func, signature, "8.6", kernel.THREADS_PER_BLOCK)
print(json.dumps(compiled.figures.to_json()))
"""

_RUN = """
import json
import numpy as np
import kernel
start = np.arange(24, dtype=np.float32).reshape(2, 12) / 8
end = np.zeros_like(start)
kernel.launch(start, end, 3, np.float32(0.01))
print(json.dumps({"start": start.tolist(), "end": end.tolist()}))
"""


def _block(language: str) -> str:
    (found,) = re.findall(rf"```{language}\n(.*?)```", _PAGE, re.DOTALL)
    return str(found)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    manifest = load_manifest(_ROOT / "examples" / "03-stage-rows.json")
    folder = tmp_path_factory.mktemp("emitted")
    for name, text in emit_files(optimize(manifest), manifest).items():
        (folder / name).write_text(text)
    (folder / "kernel.py").write_text(_block("python"))
    (folder / "kernel.cu").write_text(_block("cpp"))
    return folder


def _python(folder: Path, program: str, *, simulator: bool) -> dict[str, object]:
    found: dict[str, object] = json.loads(
        output_of("-c", program, simulator=simulator, paths=(folder, _ROOT), cwd=folder)
    )
    return found


def test_the_numba_kernel_compiles(folder: Path) -> None:
    figures = _python(folder, _COMPILE, simulator=False)
    assert (figures["architecture"], figures["static_shared_bytes"], figures["max_threads"]) == ("8.6", 0, 192)


def test_the_cpp_kernel_compiles(folder: Path) -> None:
    headers = {"allocators.cuh": (folder / "allocators.cuh").read_text()}
    figures = figures_of(cpp_to_cubin((folder / "kernel.cu").read_text(), "8.6", headers))
    assert (figures.entry, figures.static_shared_bytes, figures.max_threads) == ("integrate", 0, 192)


def test_the_numba_kernel_computes_the_steps_with_buffers_that_share_bytes(folder: Path) -> None:
    found = _python(folder, _RUN, simulator=True)
    for start, end in zip(found["start"], found["end"], strict=True):  # type: ignore[call-overload]  # lists, by `_RUN`
        assert end == pytest.approx([_stepped(value, index + 1) for index, value in enumerate(start)], rel=1e-5)


def _stepped(state: float, weight: float, steps: int = 3, h: float = 0.01) -> float:
    """The same steps, with variables in place of memory."""
    for _ in range(steps):
        first = -state * weight
        second = -(state + 0.5 * h * first) * weight
        third = (state + 0.25 * h * first + 0.25 * h * second) * weight
        state -= h * third
    return state
