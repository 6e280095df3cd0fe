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
    assert run(["admin", "backup", str(tmp_path / "a"), *here]) == 1
    assert "no store to back up" in capsys.readouterr().err
    assert run(["admin", "restore", str(tmp_path / "not there"), *here]) == 1
    assert "No such file" in capsys.readouterr().err
    (tmp_path / "text").write_text("hello")
    assert run(["admin", "restore", str(tmp_path / "text"), *here]) == 1
    assert "not a backup of a Warpack store" in capsys.readouterr().err
    assert run(["admin", "backup", str(tmp_path / "no folder" / "a"), *here]) == 1
    assert "No such file" in capsys.readouterr().err
    assert run(["admin", "restore"]) == 2
