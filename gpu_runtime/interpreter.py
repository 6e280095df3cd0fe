"""Runs our own modules in another Python process: with the same Warpack, and without imports from the current folder.

Without `-P` Python imports from its current folder first, and would take a `numpy.py` there for NumPy.
"""

from __future__ import annotations

import os
import site
import sys
from pathlib import Path

_ALSO_FOR_CHILDREN = frozenset({"WARPACK_CACHE_DIR"})


def import_root() -> Path:
    """The folder that holds the package `warpack`: that of the installed packages, or of the sources."""
    return Path(__file__).absolute().parents[2]


def python(*arguments: str) -> list[str]:
    """The command for our interpreter; run it with `import_environment()`."""
    return [sys.executable, "-P", *arguments]


def inherited_environment() -> dict[str, str]:
    """Ours, for a child, without the service's settings (`WARPACK_…`), some of which are secrets."""
    ours = {name: value for name, value in os.environ.items() if name in _ALSO_FOR_CHILDREN or not _is_setting(name)}
    return ours | import_environment()


def _is_setting(name: str) -> bool:
    return name.startswith("WARPACK_")


def import_environment() -> dict[str, str]:
    """The environment that a child needs to import this same Warpack, installed or not."""
    root = str(import_root())
    paths = [] if root in (*site.getsitepackages(), site.getusersitepackages()) else [root]
    if earlier := os.environ.get("PYTHONPATH"):
        paths.append(earlier)
    return {"PYTHONSAFEPATH": "1"} | ({"PYTHONPATH": os.pathsep.join(paths)} if paths else {})
