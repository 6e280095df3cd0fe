"""`warpack diff`."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.service.cli.commands import Cli, run, small, written
from tests.service.cli.test_written_by_hand import YAML


@pytest.fixture
def pair(tmp_path: Path) -> tuple[Path, Path]:
    after = small()
    after["buffers"][1] |= {"size": 6, "dtype": "float64"}
    after["buffers"].append({"name": "fresh", "size": 1, "dtype": "int8", "lifetime": [["load", "store"]]})
    return written(tmp_path, small(), "a.json"), written(tmp_path, after, "b.json")


def test_what_says_the_same_is_equal_whatever_its_form(warpack: Cli, tmp_path: Path) -> None:
    fields = {key: value for key, value in small().items() if key not in ("name", "validation")}
    ran = warpack("diff", written(tmp_path, YAML, "a.yaml"), written(tmp_path, fields, "b.json"))
    assert (ran.code, ran.out, ran.err) == (0, "the same manifest: nothing differs\n", "")


def test_changes_are_told_by_buffer(warpack: Cli, pair: tuple[Path, Path]) -> None:
    ran = warpack("diff", *pair)
    assert (ran.code, ran.err) == (1, "")
    head, titles, *rows = ran.out.splitlines()
    assert head == "6 changes of the manifest, 2 buffers"
    assert titles.split() == ["what", "field", "before", "after"]
    cells = [row.split() for row in rows]
    assert cells[0] == ["buffer", "early", "size", "4", "6", "(+2)"]
    assert cells[1] == ["bytes", "16", "48", "(+32)"]
    assert ["dtype", "float32", "float64"] in cells
    assert cells[-1][:3] == ["buffer", "fresh", "new"]


def test_changes_are_told_as_json(warpack: Cli, pair: tuple[Path, Path]) -> None:
    ran = warpack("diff", *pair, "--json")
    assert ran.code == 1
    assert (ran.json["kind"], ran.json["equal"]) == ("manifest", False)
    assert {"what": "buffer", "name": "early", "field": "size", "before": 4, "after": 6} in ran.json["changes"]
    assert warpack("diff", pair[0], pair[0], "--json").json == {"kind": "manifest", "equal": True, "changes": []}


def test_layouts_are_compared_too(warpack: Cli, tmp_path: Path, pair: tuple[Path, Path]) -> None:
    layouts = [
        written(tmp_path, warpack("solve", path, "--json").out.encode(), f"{path.stem}.layout.json") for path in pair
    ]
    ran = warpack("diff", *layouts)
    assert (ran.code, ran.err) == (1, "")
    assert "changes of the layout" in ran.out
    assert "threads_per_block.upper_bound" in ran.out
    assert warpack("diff", layouts[0], layouts[0]).out == "the same layout: nothing differs\n"
    ran = warpack("diff", layouts[0], pair[0])
    assert (ran.code, ran.out) == (2, "")
    assert "one is a manifest and the other a layout" in ran.err


def test_one_screen_is_enough_and_json_has_all(warpack: Cli, tmp_path: Path) -> None:
    buffers = [{"name": f"b{n}", "size": 1, "dtype": "int8"} for n in range(100)]
    files = written(tmp_path, small(buffers=buffers[:1]), "a.json"), written(tmp_path, small(buffers=buffers), "b.json")
    ran = warpack("diff", *files)
    assert len(ran.out.splitlines()) < 50
    assert "and 69 more (--verbose lists all)" in ran.out
    assert len(warpack("diff", *files, "--json").json["changes"]) == 99


def test_what_cannot_be_read_is_said_of_both(warpack: Cli, tmp_path: Path) -> None:
    ran = warpack("diff", written(tmp_path, b"{", "a.json"), tmp_path / "none.json")
    assert (ran.code, ran.out) == (2, "")
    assert "a.json" in ran.err
    assert "[unreadable-file]" in ran.err
    assert warpack("diff", "-", "-").code == 2


def test_one_may_come_from_standard_input(tmp_path: Path) -> None:
    ran = run("diff", "-", written(tmp_path, YAML, "a.yaml"), stdin=YAML)
    assert (ran.returncode, ran.stderr) == (0, b"")
