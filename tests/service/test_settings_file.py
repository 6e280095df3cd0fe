"""Settings from a file that the operator names: below the environment, read strictly, and never by surprise."""

from __future__ import annotations

from pathlib import Path

import pytest

from warpack.service.settings import Settings
from warpack.service.settings_file import SettingsFileError, named

ROOT = Path(__file__).parents[2]


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Named by the environment, and not there yet."""
    named_file = tmp_path / "warpack.toml"
    monkeypatch.setenv("WARPACK_CONFIG", str(named_file))
    return named_file


def test_a_file_sets_what_the_environment_and_the_command_line_do_not(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file.write_text(
        'port = 1\nworkers = 1\nbody_limit_s = 5\nallowed_hosts = ["A.example", "b"]\ndata_dir = "/srv/warpack"\n'
    )
    monkeypatch.setenv("WARPACK_WORKERS", "2")
    settings = Settings(port=3)
    assert (settings.port, settings.workers, settings.body_limit_s) == (3, 2, 5.0)
    assert settings.allowed_hosts == ("a.example", "b")
    assert settings.data_dir == Path("/srv/warpack")
    assert settings.max_connections == 512


def test_a_file_that_is_named_on_the_way_takes_the_place_of_the_environments(file: Path, tmp_path: Path) -> None:
    file.write_text("port = 1\n")
    other = tmp_path / "other.toml"
    other.write_text("port = 2\n")
    with named(other):
        assert Settings().port == 2
    assert Settings().port == 1


def test_no_file_is_read_that_was_not_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "warpack.toml").write_text("port = 1\n")
    monkeypatch.chdir(tmp_path)
    assert Settings().port == 8000


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        ("prot = 1", ["prot is not a setting; did you mean port?"]),
        ("[server]\nport = 1", ["server is not a setting; `warpack doctor` lists all of them"]),
        ('port = "8000"', ["port: Input should be a valid integer (Port to listen on; 0 takes a free one.)"]),
        ("workers = true", ["workers: Input should be a valid integer"]),
        ("workers = 1.0", ["workers: Input should be a valid integer"]),
        ("port = 65536", ["port: Input should be less than or equal to 65535"]),
        ('allowed_hosts = "a,b"', ["allowed_hosts: Input should be a valid array"]),
        ("data_dir = 1979-05-27\nhost = 1", ["host: Input should be a valid string"]),
        ("prot = 1\nworkers = -1", ["workers: Input should be greater than or equal to 0", "prot is not a setting"]),
        ("port 8000", ["it is not TOML: Expected '=' after a key in a key/value pair (at line 1, column 6)"]),
    ],
)
def test_what_is_wrong_names_the_file_the_key_and_what_would_be_right(file: Path, text: str, faults: list[str]) -> None:
    file.write_text(text)
    with pytest.raises(SettingsFileError) as raised:
        Settings()
    assert len(raised.value.faults) == len(faults)
    for said, fault in zip(raised.value.faults, faults, strict=True):
        assert said.startswith(f"{file}: {fault}")


def test_a_file_that_is_not_there_or_no_text_is_an_error(file: Path) -> None:
    with pytest.raises(SettingsFileError, match="cannot be read: No such file"):
        Settings()
    file.write_bytes(b"\xff\xfe")
    with pytest.raises(SettingsFileError, match="not TOML"):
        Settings()


def test_the_operators_page_names_every_setting() -> None:
    page = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    assert [name for name in Settings.model_fields if f"`WARPACK_{name.upper()}`" not in page] == []
