"""The environment of child processes: what they need to run, and none of the service's secrets."""

from __future__ import annotations

import os
from collections.abc import Mapping

from warpack.gpu_runtime.interpreter import import_environment

_NEEDED = frozenset(
    {
        "PATH",
        "HOME",  # for the user's cache folder
        "XDG_CACHE_HOME",
        "TMPDIR",
        "LANG",
        "TZ",
        "WARPACK_CACHE_DIR",
        "LD_LIBRARY_PATH",  # the interpreter may need it, and CUDA's libraries are looked for there
        "PYTHONHOME",
        "PYTHONUTF8",
        "PYTHONHASHSEED",
        "PYTHONDONTWRITEBYTECODE",
        "PYTHONPYCACHEPREFIX",
        "OMP_NUM_THREADS",
    }
)
_NEEDED_PREFIXES = ("LC_", "CUDA_", "NVIDIA_", "NUMBA_")
"""Locales, the place of CUDA, the visible devices, and numba's settings."""


def child_environment(ours: Mapping[str, str]) -> dict[str, str]:
    """The part of `ours` that a child needs, with the import path of this very Warpack."""
    kept = {name: value for name, value in ours.items() if name in _NEEDED or name.startswith(_NEEDED_PREFIXES)}
    return kept | import_environment()


def current_child_environment() -> dict[str, str]:
    """The environment for a child of this process."""
    return child_environment(os.environ)
