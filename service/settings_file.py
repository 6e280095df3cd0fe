"""Settings from a TOML file that an operator names: `WARPACK_CONFIG`, or `--config`. No other file is ever read.

The file has the settings by name, at its top level: `port = 8000`. It is read strictly. An unknown name, or a value of
another type, is an error that names the file and the key.
"""

from __future__ import annotations

import json
import os
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from pydantic import ConfigDict, ValidationError, create_model
from pydantic_settings import BaseSettings, TomlConfigSettingsSource

VARIABLE = "WARPACK_CONFIG"

_named: ContextVar[Path | None] = ContextVar("named", default=None)


class SettingsFileError(ValueError):
    """What is wrong with the file, in a sentence for each fault. It names the file, and the key if one is wrong."""

    def __init__(self, *faults: str) -> None:
        super().__init__("; ".join(faults))
        self.faults = faults


@contextmanager
def named(file: Path | None) -> Iterator[None]:
    """While the block runs, this file is read instead of the one that the environment names, if any."""
    before = _named.set(file)
    try:
        yield
    finally:
        _named.reset(before)


def settings_file() -> Path | None:
    """The file that the operator has named; None if there is none."""
    given = _named.get()
    return given if given is not None else Path(os.environ[VARIABLE]) if os.environ.get(VARIABLE) else None


def values_in(file: Path, settings: type[BaseSettings]) -> dict[str, Any]:
    """The settings in this file, checked. Raises SettingsFileError."""
    try:
        found = tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsFileError(f"{file}: it cannot be read: {error.strerror or error}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsFileError(f"{file}: it is not TOML: {error}") from None
    fields: dict[str, Any] = {name: (field.annotation, field) for name, field in settings.model_fields.items()}
    strict = create_model("SettingsFile", __config__=ConfigDict(extra="forbid", strict=True), **fields)
    try:
        # Checked as JSON, because strict checks of Python values would refuse strings for paths, and lists for tuples.
        strict.model_validate_json(json.dumps(found, default=str))
    except ValidationError as error:
        raise SettingsFileError(
            *(_sentence(file, fault, settings) for fault in error.errors(include_url=False))
        ) from None
    return found


class SettingsFile(TomlConfigSettingsSource):
    """The source for pydantic-settings. Raises SettingsFileError."""

    def __init__(self, settings: type[BaseSettings], file: Path) -> None:
        values_in(file, settings)
        super().__init__(settings, file)


def _sentence(file: Path, fault: Any, settings: type[BaseSettings]) -> str:
    key = str(fault["loc"][0])
    if fault["type"] == "extra_forbidden":
        near = get_close_matches(key, settings.model_fields, n=1)
        return f"{file}: {key} is not a setting; " + (
            f"did you mean {near[0]}?" if near else "`warpack doctor` lists all of them"
        )
    return f"{file}: {key}: {fault['msg']} ({settings.model_fields[key].description})"
