"""The versions that a layout may depend on."""

from __future__ import annotations

import platform
from functools import cache
from importlib.metadata import PackageNotFoundError, version


@cache
def versions() -> dict[str, str]:
    """The versions of Python, Warpack and OR-tools; a package that runs without being installed is left out."""
    found = {"python": platform.python_version()}
    for package in ("warpack", "ortools"):
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found
