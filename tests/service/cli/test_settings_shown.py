"""Where a wrong setting was said is told, and `warpack doctor` shows what each is, without secrets."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.service.cli.commands import Cli
from warpack.service.cli import doctor_checks, doctor_settings
from warpack.service.cli.exits import CommandFailed
from warpack.service.cli.settings import settings_shown, settings_with, shown_value


def test_each_setting_is_shown_with_where_it_comes_from(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "warpack.toml"
    file.write_text("port = 1\nworkers = 1\n")
    monkeypatch.setenv("WARPACK_CONFIG", str(file))
    monkeypatch.setenv("WARPACK_WORKERS", "3")
    shown = {each.name: (each.value, each.source) for each in settings_shown(settings_with())}
    assert shown["port"] == ("1", str(file))
    assert shown["workers"] == ("3", "WARPACK_WORKERS")
    assert shown["max_connections"] == ("512", "default")
    assert shown["WARPACK_CONFIG"] == (str(file), "WARPACK_CONFIG")


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("database_url", "postgresql://me:hush@host/db", "postgresql://me:***@host/db"),
        ("database_url", "postgresql://me@host/db?password=hush", "postgresql://me@host/db?password=%2A%2A%2A"),
        ("database_url", "://hush", "***"),
        ("WARPACK_KEY", "hush", "***"),
        ("requests_per_key", 5, "5"),
        ("database_url", None, ""),
        ("allowed_hosts", ("a", "b"), "a, b"),
    ],
)
def test_no_secret_is_shown(name: str, value: object, shown: str) -> None:
    assert shown_value(name, value) == shown


@pytest.mark.parametrize(
    ("said", "variable", "text", "told"),
    [
        ({"port": 70000}, "", "", "--port: "),
        ({}, "70000", "", "WARPACK_PORT: "),
        ({}, "", 'database_url = "mysql://me:hush@host/db"', "warpack.toml: database_url: "),
        ({}, "", "prot = 1", "warpack.toml: prot is not a setting"),
    ],
)
def test_a_wrong_setting_is_told_with_where_it_was_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: dict[str, int], variable: str, text: str, told: str
) -> None:
    (tmp_path / "warpack.toml").write_text(text)
    if variable:
        monkeypatch.setenv("WARPACK_PORT", variable)
    with pytest.raises(CommandFailed) as raised:
        settings_with(config=tmp_path / "warpack.toml", **said)
    assert raised.value.code == 2
    assert told in str(raised.value)
    assert "hush" not in str(raised.value)


def test_the_doctor_shows_settings_and_variables_that_are_none(
    warpack: Cli, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(doctor_checks, "examine", list)
    monkeypatch.setenv("WARPACK_PROT", "1")
    monkeypatch.setenv("WARPACK_DATABASE_URL", "postgresql://me:hush@host/db")
    ran = warpack("doctor", "--json")
    assert "hush" not in ran.out
    assert {"name": "WARPACK_PROT", "state": "absent"}.items() <= ran.json["findings"][0].items()
    assert ran.json["findings"][0]["remedy"] == "did you mean WARPACK_PORT?"
    assert ran.code == 0
    file = tmp_path / "warpack.toml"
    file.write_text("port = 1\n")
    settings = warpack("doctor", "--json", "--config", file).json["settings"]
    assert {"name": "port", "value": "1", "source": str(file)}.items() <= settings[2].items()
    assert "comes from" in warpack("doctor", "--config", file).out
    file.write_text("prot = 1\n")
    ran = warpack("doctor", "--config", file)
    assert ran.code == 1
    assert "is not a setting" in " ".join(ran.out.split())


def test_without_the_services_packages_the_doctor_leaves_the_settings_out(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(**_: object) -> None:
        raise ModuleNotFoundError("pydantic")

    monkeypatch.setattr(doctor_settings, "settings_with", missing)
    assert doctor_settings.examine(None) == ([], [])
