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
    assert "no stored answer was made by the solver 'the faulty one'" in capsys.readouterr().err


def test_a_version_must_be_named(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["admin", "invalidate", "--data-dir", str(folder)]) == 2
    assert "say which version" in capsys.readouterr().err
