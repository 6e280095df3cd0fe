"""The settings that a service would have here, and whether they are any."""

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
"""Variables of ours that are no settings of the service."""
_MEANING = "serve and worker"


def examine(config: Path | None) -> tuple[list[Setting], list[Finding]]:
    """The settings, none where they cannot be read; and what is wrong with them."""
    try:
        from warpack.service.settings_file import named

        with named(config):
            settings = settings_shown(settings_with(config=config))
    except CommandFailed as error:
        return [], [Finding("settings", "missing", str(error), _MEANING, "correct them")]
    except ModuleNotFoundError:
        return [], []  # the extra for a service is not installed, which another finding says
    return settings, _unknown({setting.name for setting in settings})


def _unknown(names: set[str]) -> list[Finding]:
    """Variables that look like settings and are none."""
    variables = [f"WARPACK_{name.upper()}" for name in names - set(os.environ)]
    found = sorted(set(os.environ) & names - _NOT_THE_SERVICES)
    near = {name: get_close_matches(name, variables, n=1) for name in found}
    return [
        Finding(
            name, "absent", "no setting has this name", _MEANING, f"did you mean {near[name][0]}?" if near[name] else ""
        )
        for name in found
    ]
