"""Settings from the command line, the environment, and the settings file. The command line comes first."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from warpack.service.cli.exits import BAD_INPUT, CommandFailed

if TYPE_CHECKING:
    from warpack.service.settings import Settings

Config = Annotated[Path | None, Parameter(help="Read settings from this TOML file (WARPACK_CONFIG; none).")]

_SECRET = ("key", "password", "secret", "token")
"""The value of a setting, or of a part of a URL, is hidden if its name has one of these words."""
_HIDDEN = "***"


def settings_with(*, config: Path | None = None, **given: Any) -> Settings:
    """The service's settings. An argument that is None leaves its setting to the environment, then to the file
    (`config`, or the one that the environment names), then to the default."""
    from pydantic import ValidationError

    from warpack.service.settings import Settings
    from warpack.service.settings_file import SettingsFileError, named

    said = {name: value for name, value in given.items() if value is not None}
    with named(config):
        try:
            return Settings(**said)
        except ValidationError as error:
            faults = (_fault(fault, said) for fault in error.errors(include_url=False))
            raise CommandFailed(f"these settings are wrong: {'; '.join(faults)}", BAD_INPUT) from None
        except SettingsFileError as error:
            raise CommandFailed(f"these settings are wrong: {error}", BAD_INPUT) from None


@dataclass(frozen=True)
class Setting:
    """`value` is text without secrets. `source` is the variable, the file, or `default`."""

    name: str
    value: str
    source: str
    meaning: str


def settings_shown(settings: Settings) -> list[Setting]:
    """Every setting, with its source if the command line gives none. Other variables of Warpack follow."""
    fields = type(settings).model_fields
    shown = [
        Setting(name, shown_value(name, getattr(settings, name)), _source(name), field.description or "")
        for name, field in fields.items()
    ]
    known = {_variable(name) for name in fields}
    others = sorted(name for name in os.environ if name.startswith("WARPACK_") and name not in known)
    return shown + [Setting(name, shown_value(name, os.environ[name]), name, "") for name in others]


def shown_value(name: str, value: object) -> str:
    if isinstance(value, str) and any(word in name.lower() for word in _SECRET):
        return _HIDDEN
    if isinstance(value, str) and "://" in value:
        return _without_secrets(value)
    return ", ".join(map(str, value)) if isinstance(value, tuple) else "" if value is None else str(value)


def _without_secrets(url: str) -> str:
    from sqlalchemy import make_url
    from sqlalchemy.exc import ArgumentError

    try:
        made = make_url(url)
    except ArgumentError:
        return _HIDDEN
    hidden = {name: _HIDDEN for name in made.query if any(word in name.lower() for word in _SECRET)}
    return made.update_query_dict(hidden).render_as_string(hide_password=True)


def _source(name: str) -> str:
    from warpack.service.settings import Settings
    from warpack.service.settings_file import settings_file, values_in

    if _variable(name) in os.environ:
        return _variable(name)
    file = settings_file()
    return str(file) if file is not None and name in values_in(file, Settings) else "default"


def _variable(name: str) -> str:
    return f"WARPACK_{name.upper()}"


def _fault(fault: Any, said: dict[str, Any]) -> str:
    """Which setting is wrong, where it was set, and what would be right."""
    from warpack.service.settings import Settings

    name = str(fault["loc"][0])
    where = f"--{name.replace('_', '-')}" if name in said else _source(name)
    field = Settings.model_fields.get(name)
    meaning = f" ({field.description})" if field is not None and field.description else ""
    at = where if where.startswith(("--", "WARPACK_")) else f"{where}: {name}"
    return f"{at}: {fault['msg']}{meaning}"
