"""`warpack import` writes manifests that `warpack solve` takes, and says what is wrong with what it cannot read."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from tests.service.cli.commands import Cli, run
from warpack.service.schema import manifest_schema
from warpack.solver import load_manifest

TABLE = "id,lower,upper,size,offset\n1,0,3,4096,0\n2,2,5,4096,4096\n3,3,9,4096,8192\n"
DUMP = Path(__file__).parents[2] / "gpu_runtime" / "imports" / "dumps" / "matmul-80.mlir"


@pytest.fixture
def table(tmp_path: Path) -> Path:
    file = tmp_path / "trace.csv"
    file.write_text(TABLE, encoding="utf-8")
    return file


def test_a_table_is_imported_solved_and_verified_by_four_commands(warpack: Cli, table: Path, tmp_path: Path) -> None:
    manifest, emitted = tmp_path / "pool.json", tmp_path / "emitted"
    imported = warpack("import", "csv", table, "-o", manifest)
    assert (imported.code, imported.out) == (0, "")
    assert "3 buffers, 4 phases, their own layout of 12288 bytes" in imported.err
    solved = warpack("solve", manifest, "--emit", emitted, "--svg", tmp_path / "pool.svg")
    assert solved.code == 0
    for said in ("8192, proven the fewest", "12288 -> 8192 bytes, 4096 bytes saved (33.3%)", "pool: bytes downwards"):
        assert said in solved.out
    assert (emitted / "offsets.csv").read_text().startswith("id,size,offset\nb1,4096,")
    assert warpack("verify", emitted / "manifest.json", emitted / "layout.json").code == 0
    checked = warpack("check", manifest)
    assert "valid: a pool of 3 buffers" in checked.out
    assert "pool bytes    no layout has fewer than 8192 (max-live, in phase 2)" in checked.out


def test_a_manifest_is_one_line_an_entry_so_that_it_can_be_edited(warpack: Cli, table: Path) -> None:
    told = warpack("import", "csv", table)
    assert told.json["objective"] == "pool_bytes"
    assert '    {"name": "b1", "size": 4096, "dtype": "uint8", "lifetime": [[0, 2]]},\n' in told.out


def test_imported_manifests_satisfy_the_schema_that_editors_check(warpack: Cli, table: Path) -> None:
    for told in (warpack("import", "csv", table), warpack("import", "triton", DUMP)):
        Draft202012Validator(manifest_schema()).validate(told.json)


def test_tables_come_from_standard_input_too() -> None:
    ran = run("import", "csv", "-", stdin=TABLE.encode())
    assert ran.returncode == 0
    assert load_manifest(ran.stdout).name == ""


def test_offsets_may_be_pinned(warpack: Cli, table: Path) -> None:
    told = warpack("import", "csv", table, "--pin")
    assert [one["pinned_offset_bytes"] for one in told.json["buffers"]] == [0, 4096, 8192]


def test_what_their_own_layout_breaks_is_a_warning(warpack: Cli, tmp_path: Path) -> None:
    file = tmp_path / "wrong.csv"
    file.write_text("id,lower,upper,size,offset\na,0,3,4,0\nb,2,5,4,2\n", encoding="utf-8")
    told = warpack("import", "csv", file)
    assert told.code == 0
    assert "warning:" in told.err
    assert "a and b share bytes [2, 4)" in told.err


def test_each_fault_of_a_table_stands_on_standard_error_and_nothing_is_written(warpack: Cli, tmp_path: Path) -> None:
    file, wanted = tmp_path / "bad.csv", tmp_path / "manifest.json"
    file.write_text("id,lower,upper,size\na,1,1,4\nb,0,x,4\n", encoding="utf-8")
    told = warpack("import", "csv", file, "-o", wanted)
    assert (told.code, told.out, wanted.exists()) == (2, "", False)
    assert "error: line 2: " in told.err
    assert "error: line 3: " in told.err


@pytest.mark.parametrize("kind", ["csv", "header", "triton"])
def test_a_file_that_is_not_there_is_named(warpack: Cli, tmp_path: Path, kind: str) -> None:
    told = warpack("import", kind, tmp_path / "gone")
    assert told.code == 2
    assert "gone" in told.err


def test_bytes_that_are_no_text_are_refused(warpack: Cli, tmp_path: Path) -> None:
    file = tmp_path / "trace.csv"
    file.write_bytes(b"\xff\xfe\x00")
    assert "no text in UTF-8" in warpack("import", "csv", file).err


@pytest.mark.skipif(not any(map(shutil.which, ("g++", "clang++"))), reason="no C++ compiler is installed here")
def test_a_struct_is_imported_and_solved(warpack: Cli, tmp_path: Path) -> None:
    file, manifest = tmp_path / "storage.h", tmp_path / "block.json"
    file.write_text(
        "struct S { union { float a[100]; struct { char b[10]; double c[40]; }; }; int d; };", encoding="utf-8"
    )
    told = warpack("import", "header", file, "--arch", "9.0", "-o", manifest)
    assert told.code == 0
    assert "note: a header does not name the architecture: the manifest is for 9.0 (--arch)." in told.err
    solved = warpack("solve", manifest, "--json")
    assert solved.json["baselines"]["by_hand"]["block_region_bytes"] >= solved.json["launch"]["block_region_bytes"]
    assert warpack("import", "header", file, "--struct", "T").code == 2


def test_a_dump_of_triton_is_imported_and_solved(warpack: Cli, tmp_path: Path) -> None:
    manifest = tmp_path / "matmul.json"
    told = warpack("import", "triton", DUMP, "-o", manifest)
    assert told.code == 0
    assert "their own layout of 32768 bytes" in told.err
    solved = warpack("solve", manifest, "--json")
    assert solved.json["baselines"]["by_hand"]["broken"] == []
    assert (
        solved.json["launch"]["block_region_bytes"]
        == json.loads(manifest.read_text())["baseline"]["block_region_bytes"]
    )
    assert warpack("import", "triton", DUMP, "--kernel", "other").code == 2


def test_a_python_file_needs_a_signature(warpack: Cli, tmp_path: Path) -> None:
    file = tmp_path / "kernels.py"
    file.write_text("", encoding="utf-8")
    told = warpack("import", "triton", file)
    assert told.code == 2
    assert "--signature" in told.err
