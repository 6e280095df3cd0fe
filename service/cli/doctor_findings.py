"""A finding of `warpack doctor` about one thing."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import Literal

State = Literal["ok", "missing", "absent"]


@dataclass(frozen=True)
class Finding:
    """`missing`: the machine cannot do its work without it. `absent`: it is not here, and only what `meaning` names
    cannot be done. `remedy`: what to do about it."""

    name: str
    state: State
    found: str
    meaning: str
    remedy: str = ""


def installed_version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None
