"""`warpack admin` says what made the stored answers, and withdraws what a faulty version made."""

from __future__ import annotations

from pathlib import Path

import pytest

from warpack.service.cli.app import run
from warpack.service.settings import Settings
from warpack.service.store import Store
from warpack.service.store.records import Order
from warpack.service.store.solves import SolvedLayout


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Of a service with one answer."""
    store = Store(Settings(data_dir=tmp_path))
    task = store.jobs.take(Order("n", "a" * 64, "{}", "static", 10.0)).task
    assert task is not None
    claim = store.solves.claim(task, "w")
    assert claim is not None
    store.solves.deliver(claim, SolvedLayout("infeasible", "b" * 64, 64, "{}", "the faulty one"))
    store.close()
    return tmp_path


def test_versions_are_listed(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["admin", "versions", "--data-dir", str(folder)]) == 0
    assert "the faulty one" in capsys.readouterr().out


def test_a_version_is_withdrawn_once(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = ["admin", "invalidate", "--solver", "the faulty one", "--data-dir", str(folder)]
    assert run(command) == 0
    assert "with 1 jobs" in capsys.readouterr().err
    assert run(command) == 2
    assert "the solver 'the faulty one' has made no stored answer" in capsys.readouterr().err


def test_a_version_must_be_named(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["admin", "invalidate", "--data-dir", str(folder)]) == 2
    assert "say which version" in capsys.readouterr().err


def test_a_store_goes_to_a_file_and_comes_back(
    folder: Path, tmp_path_factory: pytest.TempPathFactory, capsys: pytest.CaptureFixture[str]
) -> None:
    file, target = str(folder / "a.backup"), str(tmp_path_factory.mktemp("target"))
    assert run(["admin", "backup", file, "--data-dir", str(folder)]) == 0
    assert f"Written: {file}" in capsys.readouterr().err
    assert run(["admin", "restore", file, "--data-dir", target]) == 0
    assert "Restored" in capsys.readouterr().err
    assert run(["admin", "versions", "--data-dir", target]) == 0
    assert "the faulty one" in capsys.readouterr().out
    assert run(["admin", "restore", file, "--data-dir", target]) == 1
    assert "--replace" in capsys.readouterr().err
    assert run(["admin", "restore", file, "--replace", "--data-dir", target]) == 0


def test_what_keeps_a_backup_from_being_made_or_restored_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    here = ["--data-dir", str(tmp_path / "none")]
    assert run(["admin", "restore", str(tmp_path / "not there"), *here]) == 2
    assert "there is no such file" in capsys.readouterr().err
    (tmp_path / "text").write_text("hello")
    assert run(["admin", "restore", str(tmp_path / "text"), *here]) == 1
    assert "not a backup of a Warpack store" in capsys.readouterr().err
    assert run(["admin", "restore"]) == 2


def test_a_backup_that_cannot_be_written_is_named_and_no_file_on_the_way(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = folder / "no folder" / "a.backup"
    assert run(["admin", "backup", str(file), "--data-dir", str(folder)]) == 1
    assert capsys.readouterr().err == f"warpack: cannot write {file}: No such file or directory\n"


@pytest.mark.parametrize(
    "command",
    [
        ["versions"],
        ["invalidate", "--solver", "x"],
        ["keys", "list"],
        ["keys", "revoke", "x"],
        ["backup", "/dev/null/never"],
    ],
    ids=" ".join,
)
def test_a_folder_without_a_store_is_told_and_none_is_made(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], command: list[str]
) -> None:
    mistyped = tmp_path / "mistyped"
    assert run(["admin", *command, "--data-dir", str(mistyped)]) == 2
    said = capsys.readouterr()
    assert (said.out, said.err) == ("", f"warpack: there is no store in {mistyped}\n")
    assert not mistyped.exists()


def test_the_first_key_makes_the_store_and_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    make = ["admin", "keys", "make", "me", "--data-dir", str(tmp_path / "new")]
    assert run(make) == 0
    assert f"There was no store in {tmp_path / 'new'}: a new one is made." in capsys.readouterr().err
    assert run(make) == 0
    assert "There was no store" not in capsys.readouterr().err


@pytest.mark.parametrize("name", ["", " "])
def test_a_key_has_a_name(tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str) -> None:
    assert run(["admin", "keys", "make", "--name", name, "--data-dir", str(tmp_path / "new")]) == 2
    assert "a key needs a name" in capsys.readouterr().err
    assert not (tmp_path / "new").exists()
