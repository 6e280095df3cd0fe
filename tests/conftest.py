"""For the whole test run: compiled kernels are kept in a folder of the run's own, never in the user's cache."""

from __future__ import annotations

import os
from tempfile import TemporaryDirectory

import pytest

_VARIABLE = "WARPACK_CACHE_DIR"
_FOLDER = pytest.StashKey[TemporaryDirectory[str]]()
_BEFORE = pytest.StashKey[str | None]()


def pytest_configure(config: pytest.Config) -> None:
    """Before any test module is imported; child processes inherit it, the workers of a run in parallel among them, so that a run
    compiles no kernel twice."""
    if hasattr(config, "workerinput"):
        return
    folder = TemporaryDirectory(prefix="warpack-tests-", ignore_cleanup_errors=True)
    config.stash[_FOLDER], config.stash[_BEFORE] = folder, os.environ.get(_VARIABLE)
    os.environ[_VARIABLE] = folder.name


def pytest_unconfigure(config: pytest.Config) -> None:
    if _FOLDER not in config.stash:
        return
    before = config.stash[_BEFORE]
    os.environ.pop(_VARIABLE, None)
    if before is not None:
        os.environ[_VARIABLE] = before
    config.stash[_FOLDER].cleanup()
