"""Files of a build are written where their text is another, and only there."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from warpack.service.builds import write_changed


def test_a_file_of_the_same_text_is_left_alone(tmp_path: Path) -> None:
    assert write_changed(tmp_path / "new", {"a": "1\n", "b": "2\n"}) == ["a", "b"]
    old = tmp_path / "new" / "a"
    os.utime(old, (1, 1))
    assert write_changed(tmp_path / "new", {"a": "1\n", "b": "3\n"}) == ["b"]
    assert old.stat().st_mtime == 1
    assert sorted(path.name for path in old.parent.iterdir()) == ["a", "b"]


def test_bytes_that_are_no_text_are_replaced(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"\xff")
    assert write_changed(tmp_path, {"a": "text"}) == ["a"]
    assert (tmp_path / "a").read_text() == "text"


def test_what_cannot_be_replaced_is_an_error_and_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "a" / "inside").mkdir(parents=True)
    with pytest.raises(OSError, match="a"):
        write_changed(tmp_path, {"a": "text"})
    assert [path.name for path in tmp_path.iterdir()] == ["a"]
