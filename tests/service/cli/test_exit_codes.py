"""Each command ends with the code that docs/cli.md names, and says why on standard error, without a traceback."""

from __future__ import annotations

import json
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from tests.service.cli.commands import ROOT, Cli, one_buffer, small, written
from warpack.service.cli import app, doctor_checks
from warpack.service.cli.doctor_findings import Finding
from warpack.service.cli.exits import BAD_INPUT, DONE, FAILED, INFEASIBLE
from warpack.service.schema import layout_schema, manifest_schema
from warpack.service.settings import Settings
from warpack.service.store import Store

_ELSEWHERE = (
    "build",
    "completion",
    "demo",
    "diff",
    "draw",
    "explain",
    "import",
    "init",
    "measure",
    "trace",
    "watch",
)
NOWHERE = "postgresql://nobody@127.0.0.1:1/none"


@pytest.fixture(autouse=True)
def _own_signals() -> Iterator[None]:
    """A worker sets what happens at a signal."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def test_every_command_is_tried_here_or_named_with_where_it_is() -> None:
    tried = (ROOT / "tests" / "service" / "cli" / "test_exit_codes.py").read_text(encoding="utf-8")
    elsewhere = {name: f"test_{name}.py" for name in _ELSEWHERE}
    for command, file in elsewhere.items():
        assert "code" in (ROOT / "tests" / "service" / "cli" / file).read_text(encoding="utf-8"), command
    assert [command for command in app._COMMANDS if command not in elsewhere and f'"{command}"' not in tried] == []


def test_solve(warpack: Cli, tmp_path: Path) -> None:
    assert warpack("solve", written(tmp_path, small())).code == DONE
    assert warpack("solve", written(tmp_path, small(buffers=[{"name": "x", "size": -1}]))).code == BAD_INPUT
    ran = warpack("solve", written(tmp_path, one_buffer(10**6)))
    assert ran.code == INFEASIBLE
    ran = warpack("solve", written(tmp_path, small()), "--emit", "/proc/none")
    assert (ran.code, "Traceback" in ran.err) == (FAILED, False)


def test_check(warpack: Cli, tmp_path: Path) -> None:
    assert warpack("check", written(tmp_path, small())).code == DONE
    assert warpack("check", written(tmp_path, one_buffer(10**6))).code == DONE
    assert warpack("check", written(tmp_path, b"{")).code == BAD_INPUT


def test_verify(warpack: Cli, tmp_path: Path) -> None:
    manifest = written(tmp_path, small())
    layout = warpack("solve", manifest, "--json").json
    assert warpack("verify", manifest, written(tmp_path, layout, "layout.json")).code == DONE
    layout["buffers"][0]["offset_bytes"] = layout["buffers"][0].get("offset_bytes", 0) + 4096
    assert warpack("verify", manifest, written(tmp_path, layout, "layout.json")).code == FAILED
    assert warpack("verify", manifest, written(tmp_path, b"{}", "layout.json")).code == BAD_INPUT


def test_schema(warpack: Cli) -> None:
    ran = warpack("schema")
    assert (ran.code, ran.json, ran.err) == (DONE, manifest_schema(), "")
    ran = warpack("schema", "layout")
    assert (ran.code, ran.json) == (DONE, layout_schema())
    assert warpack("schema", "job").code == BAD_INPUT


def test_doctor(warpack: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor_checks, "examine", list)
    assert warpack("doctor").code == DONE
    monkeypatch.setattr(doctor_checks, "examine", lambda: [Finding("Python", "missing", "2.7", "everything")])
    assert warpack("doctor").code == FAILED
    monkeypatch.setenv("WARPACK_PORT", "no")
    assert "WARPACK_PORT" in warpack("doctor").out


@pytest.mark.parametrize(
    "command",
    [
        ("serve", "--port", "0"),
        ("worker",),
        ("admin", "versions"),
        ("admin", "invalidate", "--solver", "x"),
        ("admin", "keys", "make", "me"),
        ("admin", "keys", "list"),
        ("admin", "keys", "revoke", "x"),
        ("admin", "backup", "a.backup"),
    ],
)
def test_what_needs_the_database_fails_with_a_sentence(
    warpack: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...]
) -> None:
    monkeypatch.chdir(tmp_path)
    given = (*command, "--data-dir", tmp_path)
    monkeypatch.setenv("WARPACK_DATABASE_URL", NOWHERE)
    ran = warpack(*given)
    assert (ran.code, "Traceback" in ran.err) == (FAILED, False)
    assert "database does not answer" in ran.err
    monkeypatch.setenv("WARPACK_DATABASE_URL", "mysql://host/db")
    ran = warpack(*given)
    assert (ran.code, "WARPACK_DATABASE_URL: " in ran.err) == (BAD_INPUT, True)


@pytest.mark.parametrize("command", [("serve", "--port", "0"), ("worker",), ("admin", "versions")])
def test_a_store_of_a_newer_version_is_left_alone_and_said(
    warpack: Cli, tmp_path: Path, command: tuple[str, ...]
) -> None:
    settings = Settings(data_dir=tmp_path)
    Store(settings).close()
    engine = create_engine(settings.store_url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()
    ran = warpack(*command, "--data-dir", tmp_path)
    assert (ran.code, "Traceback" in ran.err) == (FAILED, False)
    assert "a newer version of Warpack has used this store (its tables have migration step 9999)" in ran.err


def test_a_fault_of_ours_is_shown_with_its_traceback(warpack: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> None:
        raise RuntimeError("a fault of ours")

    monkeypatch.setattr(doctor_checks, "examine", broken)
    with pytest.raises(RuntimeError, match="a fault of ours"):
        warpack("doctor")


@pytest.mark.parametrize("command", [*app._COMMANDS, "nonsense"])
def test_an_option_that_is_none_is_bad_input(warpack: Cli, command: str) -> None:
    ran = warpack(command, "--nonsense")
    assert (ran.code, "Traceback" in ran.err) == (BAD_INPUT, False)


def test_the_table_of_codes_is_the_one_of_the_code() -> None:
    page = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")
    table = page[page.index("## Exit codes") :]
    for code in (DONE, FAILED, BAD_INPUT, INFEASIBLE):
        assert f"\n| {code} | " in table
    assert json.dumps(130) in table
