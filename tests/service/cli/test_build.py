"""`warpack build`: allocators as a step of a build. Its exit codes are those of docs/cli.md."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from tests.service.cli.commands import Cli, one_buffer, small, written
from warpack.gpu_runtime import validation
from warpack.service.cli.exits import BAD_INPUT, DONE, FAILED, INFEASIBLE
from warpack.solver.wire.layout import Validation

FILES = ["allocators.cuh", "allocators.py"]


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_the_allocators_are_written_and_told_in_one_line(warpack: Cli, tmp_path: Path) -> None:
    source, folder = written(tmp_path, small()), tmp_path / "made" / "here"
    ran = warpack("build", source, "-o", folder)
    assert (ran.code, ran.out, names(folder)) == (DONE, "", FILES)
    assert ran.err == f"{source}: optimal, validated: static; wrote allocators.py, allocators.cuh to {folder}.\n"


def test_what_has_its_text_already_is_left_alone(warpack: Cli, tmp_path: Path) -> None:
    source = written(tmp_path, small())
    warpack("build", source, "-o", tmp_path / "made")
    for name in FILES:
        os.utime(tmp_path / "made" / name, (1, 1))
    assert "nothing changed" in warpack("build", source, "-o", tmp_path / "made").err
    assert [(tmp_path / "made" / name).stat().st_mtime for name in FILES] == [1, 1]
    written(tmp_path, small(launch={"max_threads_per_block": 64}))
    assert "wrote allocators.py, allocators.cuh" in warpack("build", source, "-o", tmp_path / "made").err


def test_a_bad_manifest_is_told_with_its_place_and_nothing_is_written(warpack: Cli, tmp_path: Path) -> None:
    source = written(tmp_path, b"schema: warpack/manifest/1\nbuffers: []\n", "kernel.yaml")
    ran = warpack("build", source, "-o", tmp_path / "made")
    assert ran.code == BAD_INPUT
    assert f"{source}:1:1" in ran.err
    assert not (tmp_path / "made").exists()


def test_what_fits_no_block_is_infeasible_and_says_why(warpack: Cli, tmp_path: Path) -> None:
    source = written(tmp_path, one_buffer(10**6))
    ran = warpack("build", source, "-o", tmp_path / "made")
    assert ran.code == INFEASIBLE
    assert ran.err.startswith(f"warpack: {source}: infeasible: ")


def test_a_pool_is_refused_with_the_command_that_takes_it(warpack: Cli, tmp_path: Path) -> None:
    pool = {"schema": "warpack/manifest/1", "objective": "pool_bytes"}
    pool["buffers"] = [{"name": "a", "size": 4, "dtype": "uint8"}]  # type: ignore[assignment]  # a document
    ran = warpack("build", written(tmp_path, pool), "-o", tmp_path / "made")
    assert ran.code == BAD_INPUT
    assert "warpack solve --emit writes its offsets" in ran.err


def test_a_layout_that_does_not_pass_is_not_emitted(
    warpack: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(*_: Any, **__: Any) -> Validation:
        finding = {"rule": "overlap", "message": "early and late"}
        return Validation("static", "none", ({"level": "static", "passed": False, "findings": [finding]},))

    monkeypatch.setattr(validation, "validate_up_to", failing)
    ran = warpack("build", written(tmp_path, small()), "-o", tmp_path / "made")
    assert ran.code == FAILED
    assert "the layout did not pass level static\n  overlap: early and late" in ran.err
    assert not (tmp_path / "made").exists()


def test_a_folder_that_cannot_be_made_is_one_sentence(warpack: Cli, tmp_path: Path) -> None:
    source = written(tmp_path, small())
    ran = warpack("build", source, "-o", source / "below")
    assert (ran.code, len(ran.err.splitlines())) == (FAILED, 1)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "give a MANIFEST, or --project FILE, or --cmake-dir"),
        (
            ["kernel.yaml", "-o", "d", "--project", "p"],
            "it is one or the other: give a MANIFEST, or --project FILE, or --cmake-dir",
        ),
        (["kernel.yaml", "--cmake-dir"], "it is one or the other: give a MANIFEST, or --project FILE, or --cmake-dir"),
        (["kernel.yaml"], "--output DIR is missing"),
    ],
)
def test_what_is_missing_is_named(warpack: Cli, arguments: list[str], said: str) -> None:
    ran = warpack("build", *arguments)
    assert (ran.code, ran.err) == (BAD_INPUT, f"warpack: {said}\n")


def test_the_folder_that_cmake_wants_has_the_module(warpack: Cli) -> None:
    ran = warpack("build", "--cmake-dir")
    assert ran.code == DONE
    assert names(Path(ran.out.removesuffix("\n"))) == ["WarpackConfig.cmake", "WarpackConfigVersion.cmake"]


def test_every_layout_of_a_project_goes_into_its_package(warpack: Cli, tmp_path: Path) -> None:
    written(tmp_path, small(), "one.json")
    written(tmp_path, one_buffer(10), "two.json")
    project = tmp_path / "pyproject.toml"
    entries = [
        f'[[tool.warpack.layouts]]\nmanifest = "{name}.json"\npackage = "mine.{name}"\n' for name in ("one", "two")
    ]
    project.write_text("".join(entries))
    assert warpack("build", "--project", project, "-o", tmp_path / "src").code == DONE
    assert [names(tmp_path / "src" / "mine" / name) for name in ("one", "two")] == [FILES, FILES]


def test_a_project_that_orders_nothing_or_is_wrong_is_told(warpack: Cli, tmp_path: Path) -> None:
    project = tmp_path / "pyproject.toml"
    ran = warpack("build", "--project", project, "-o", tmp_path)
    assert (ran.code, ran.err) == (BAD_INPUT, f"warpack: cannot read {project}: No such file or directory\n")
    project.write_text("")
    ran = warpack("build", "--project", project, "-o", tmp_path)
    assert (ran.code, ran.err) == (BAD_INPUT, f"warpack: {project} has no [[tool.warpack.layouts]]\n")
    project.write_text("[tool.warpack]\n")
    ran = warpack("build", "--project", project, "-o", tmp_path)
    assert ran.code == BAD_INPUT
    assert f"warpack: {project}: [tool.warpack] has the list `layouts`" in ran.err
