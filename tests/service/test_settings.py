"""What an operator may choose, and how."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from warpack.service.settings import Settings


def test_the_environment_sets_fields(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("WARPACK_PORT", "9000")
    monkeypatch.setenv("WARPACK_DATA_DIR", str(tmp_path))
    settings = Settings()
    assert (settings.port, settings.data_dir) == (9000, tmp_path)
    assert settings.store_url == f"sqlite:///{tmp_path}/warpack.sqlite"


def test_hosts_are_given_with_commas_between(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WARPACK_ALLOWED_HOSTS", "warpack.example, Build.Example")
    assert Settings().allowed_hosts == ("warpack.example", "build.example")
    monkeypatch.setenv("WARPACK_ALLOWED_HOSTS", "")
    assert Settings().allowed_hosts == ()


def test_it_listens_to_this_machine_alone_unless_told_otherwise() -> None:
    assert Settings().host == "127.0.0.1"


def test_the_data_folder_is_the_users_own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert Settings().data_dir == tmp_path / "warpack"


def test_settings_are_fixed() -> None:
    with pytest.raises(ValidationError):
        Settings().port = 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"port": 65536},
        {"workers": -1},
        {"database_url": "mysql://host/db"},
        {"database_url": "no url"},
        {"max_connections": 0},
        {"max_bytes_in_flight": 1},  # not one body would fit
        {"max_bytes_per_key": 1},
        {"max_orders": 0},
        {"max_requests_per_key": 0},
        {"header_limit_s": 0},
        {"log_level": "LOUD"},
        {"prot": 8000},  # a typing error
    ],
)
def test_wrong_values_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Settings(**wrong)  # type: ignore[arg-type]  # wrong values, on purpose


def test_a_postgresql_url_names_the_driver_that_is_installed() -> None:
    settings = Settings(database_url="postgresql://me:secret@host/db")
    assert settings.store_url == settings.engine_url == "postgresql+psycopg://me:secret@host/db"
