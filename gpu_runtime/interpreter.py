"""How our own modules are run in a Python of their own: the same Warpack, and nothing from the current folder.

Without `-P` Python would import from the folder that it is started in first, and a `numpy.py` there would be taken for
NumPy.
"""

from __future__ import annotations

import os
import site
import sys
from pathlib import Path


def import_root() -> Path:
    """The folder that holds the package `warpack`: that of the installed packages, or of the sources."""
    return Path(__file__).absolute().parents[2]


def python(*arguments: str) -> list[str]:
    """The command for our interpreter, to be run with `import_environment()`."""
    return [sys.executable, "-P", *arguments]


def import_environment() -> dict[str, str]:
    """What a child's environment needs, so that it imports the Warpack that we are, installed or not."""
    root = str(import_root())
    paths = [] if root in (*site.getsitepackages(), site.getusersitepackages()) else [root]
    if earlier := os.environ.get("PYTHONPATH"):
        paths.append(earlier)
    return {"PYTHONSAFEPATH": "1"} | ({"PYTHONPATH": os.pathsep.join(paths)} if paths else {})
