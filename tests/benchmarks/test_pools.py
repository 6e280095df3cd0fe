"""Pools are measured from their tables, and each row says how near to its bound it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.pools import generated, main, measure, report


def test_a_table_is_read_solved_and_verified() -> None:
    row = measure("small", "id,lower,upper,size\na,0,2,1048576\nb,1,3,1048576\nc,2,4,1048576\n", 5.0)
    assert (row.buffers, row.pool_bytes, row.bound_bytes, row.verified) == (3, 2 * 2**20, 2 * 2**20, True)
    assert "| small | 3 | 2097152 | proven |" in report([row], "the command", 5.0)


def test_generated_traces_are_the_same_each_time_and_verify() -> None:
    assert generated(50) == generated(50)
    assert measure("generated", generated(600), 2.0).verified


def test_the_command_writes_its_section(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page, traces = tmp_path / "page.md", tmp_path / "traces"
    page.write_text("# Benchmarks\n")
    traces.mkdir()
    (traces / "one.csv").write_text("id,lower,upper,size\na,0,2,16\n")
    assert main(["--traces", str(traces), "--generated", "--write", str(page)]) == 0
    assert "| one | 1 | 16 | proven |" in page.read_text()
    assert "Row(" in capsys.readouterr().out
