"""The settings that a service would have here, and faults in them."""

from __future__ import annotations

import os
from difflib import get_close_matches
from pathlib import Path

from warpack.service.cli.doctor_findings import Finding
from warpack.service.cli.exits import CommandFailed
from warpack.service.cli.settings import Setting, settings_shown, settings_with

_NOT_THE_SERVICES = frozenset(
    {"WARPACK_CONFIG", "WARPACK_CACHE_DIR", "WARPACK_URL", "WARPACK_KEY", "WARPACK_GATEWAY", "WARPACK_TOKEN"}
)
"""Variables of Warpack that are not settings of the service."""
_MEANING = "serve and worker"


def examine(config: Path | None) -> tuple[list[Setting], list[Finding]]:
    """The settings, and what is wrong with them. If they cannot be read, there are none."""
    try:
        from warpack.service.settings_file import named

        with named(config):
            settings = settings_shown(settings_with(config=config))
    except CommandFailed as error:
        return [], [Finding("settings", "missing", str(error), _MEANING, "correct them")]
    except ModuleNotFoundError:
        return [], []  # the service's extra is not installed; another finding says so
    return settings, _unknown({setting.name for setting in settings})


def _unknown(names: set[str]) -> list[Finding]:
    """Findings about variables that look like settings and are none."""
    variables = [f"WARPACK_{name.upper()}" for name in names - set(os.environ)]
    found = sorted(set(os.environ) & names - _NOT_THE_SERVICES)
    near = {name: get_close_matches(name, variables, n=1) for name in found}
    return [
        Finding(
            name, "absent", "no setting has this name", _MEANING, f"did you mean {near[name][0]}?" if near[name] else ""
        )
        for name in found
    ]
