"""The hundred kernels are there, and the report tells exactly what was found of each."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from benchmarks.triton_kernels import __main__ as command
from benchmarks.triton_kernels.cases import written
from benchmarks.triton_kernels.generated import Case, generated, source_of
from warpack.gpu_runtime.imports import ImportFailed
from warpack.gpu_runtime.imports.triton.compiling import Compilation, Compiled

DUMP = Path(__file__).parents[1] / "gpu_runtime" / "imports" / "dumps" / "matmul-80.mlir"
FILES = sorted(Path(command.__file__).parent.glob("written_*.py"))


def test_there_are_a_hundred_with_names_of_their_own() -> None:
    cases = [*written(), *generated(command.GENERATED, command.GLUON)]
    assert len({case.name for case in cases}) == 100


def test_each_written_kernel_has_a_case_whose_signature_fits() -> None:
    functions = [
        (file.name, one)
        for file in FILES
        for one in ast.parse(file.read_text()).body
        if isinstance(one, ast.FunctionDef) and not one.name.startswith("_")
    ]
    arguments = {one.name: (file, len(one.args.args)) for file, one in functions}
    assert {case.name: (case.file, len(case.signature.split(","))) for case in written()} == arguments


def test_generated_source_is_python_and_the_same_each_time() -> None:
    cases = generated(20, 10)
    assert source_of(cases) == source_of(generated(20, 10))
    names = [one.name for one in ast.parse(source_of(cases)).body if isinstance(one, ast.FunctionDef)]
    assert names == [case.name for case in cases]


@pytest.mark.parametrize(
    ("found", "fault"),
    [
        (Compiled("matmul", 32768, DUMP.read_text(), "3.9.0"), None),
        (Compiled("matmul", 99, DUMP.read_text(), "3.9.0"), "ends at 32768 bytes, and Triton's metadata say 99"),
        (Compiled("matmul", 32768, "", "3.9.0"), "no module"),
        (ImportFailed("it does not compile"), "it does not compile"),
    ],
)
def test_what_is_wrong_with_a_kernel_is_a_fault_of_its_row(
    found: Compiled | ImportFailed,
    fault: str | None,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(command, "compile_kernels", lambda jobs, interpreter: [found] * len(jobs))
    (row,) = command.rows_of([Case("matmul", "i32", "8.0", {}, file="written_products.py")], None)
    assert [fault in one for one in row.faults[:1]] == ([] if fault is None else [True])
    assert command.main(["--only", "matmul"]) == (0 if fault is None else 1)
    assert f"in {0 if fault else 1} of 1." in capsys.readouterr().out.replace("\n", " ")


def test_a_run_that_was_ended_goes_on_with_the_rows_that_it_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    compiled: list[str | None] = []

    def compile_kernels(jobs: list[Compilation], interpreter: str | None) -> list[Compiled]:
        compiled.extend(job.kernel for job in jobs)
        return [Compiled("matmul", 32768, DUMP.read_text(), "3.9.0")] * len(jobs)

    monkeypatch.setattr(command, "compile_kernels", compile_kernels)
    rows, page = tmp_path / "rows.jsonl", tmp_path / "page.md"
    page.write_text("# Benchmarks\n")
    for names in (["matmul"], ["matmul", "softmax"]):
        assert command.main(["--only", *names, "--rows", str(rows), "--write", str(page)]) == 0
    assert compiled == ["matmul", "softmax"]
    assert "2 kernels:" in capsys.readouterr().out
    assert page.read_text().count("## Triton kernels") == 1
