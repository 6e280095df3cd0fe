"""`warpack solve --emit DIR --checked`: allocators that check lifetimes, beside the plain ones."""

from __future__ import annotations

from pathlib import Path

from tests.service.cli.commands import Cli, one_buffer, small, written


def test_checked_allocators_are_written_beside_the_plain_ones(warpack: Cli, tmp_path: Path) -> None:
    ran = warpack("solve", written(tmp_path, small()), "--emit", tmp_path / "out", "--checked", "--json")
    assert ran.code == 0
    text = (tmp_path / "out" / "allocators_checked.py").read_text(encoding="utf-8")
    assert f'LAYOUT_SHA256 = "{ran.json["layout_sha256"]}"' in text
    assert "def phase(record, run, number):" in text
    assert (tmp_path / "out" / "allocators.py").exists()
    assert "Wrote allocators_checked.py" in ran.err


def test_without_the_option_they_are_not_written(warpack: Cli, tmp_path: Path) -> None:
    assert warpack("solve", written(tmp_path, small()), "--emit", tmp_path / "out").code == 0
    assert not (tmp_path / "out" / "allocators_checked.py").exists()


def test_the_option_says_nothing_alone(warpack: Cli, tmp_path: Path) -> None:
    ran = warpack("solve", written(tmp_path, small()), "--checked")
    assert ran.code == 2
    assert "--emit" in ran.err


def test_a_buffer_with_the_name_of_a_check_is_told(warpack: Cli, tmp_path: Path) -> None:
    document = one_buffer(4)
    document["buffers"][0]["name"] = "phase"
    ran = warpack("solve", written(tmp_path, document), "--emit", tmp_path / "out", "--checked")
    assert ran.code == 1
    assert "phase: its getter 'phase' has the name of one of the checks" in " ".join(ran.err.split())


def test_all_architectures_are_not_asked_for_where_nothing_is_compiled(warpack: Cli, tmp_path: Path) -> None:
    ran = warpack("solve", written(tmp_path, small()), "--architectures", "all")
    assert ran.code == 2
    assert "--validate compiled" in ran.err
