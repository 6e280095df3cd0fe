"""The environment of child processes: what they need to run, and none of what the service was told in confidence."""

from __future__ import annotations

import os
from collections.abc import Mapping

from warpack.gpu_runtime.interpreter import import_environment

_NEEDED = frozenset(
    {
        "PATH",
        "HOME",  # of the user's cache folder
        "XDG_CACHE_HOME",
        "TMPDIR",
        "LANG",
        "TZ",
        "WARPACK_CACHE_DIR",
        "LD_LIBRARY_PATH",  # the interpreter itself may need it, and CUDA's libraries are looked for there
        "PYTHONHOME",
        "PYTHONUTF8",
        "PYTHONHASHSEED",
        "PYTHONDONTWRITEBYTECODE",
        "PYTHONPYCACHEPREFIX",
        "OMP_NUM_THREADS",
    }
)
_NEEDED_PREFIXES = ("LC_", "CUDA_", "NVIDIA_", "NUMBA_")
"""Locales; where CUDA lies and which devices may be seen; what numba is set to."""


def child_environment(ours: Mapping[str, str]) -> dict[str, str]:
    """Of `ours`, what a child needs, and what makes it import the Warpack that we are."""
    kept = {name: value for name, value in ours.items() if name in _NEEDED or name.startswith(_NEEDED_PREFIXES)}
    return kept | import_environment()


def current_child_environment() -> dict[str, str]:
    return child_environment(os.environ)
