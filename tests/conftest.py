"""For the whole test run.

Compiled kernels are kept in a folder of the run's own, never in the user's cache. The slow files come first. No random
case has a time limit. The garbage collector does not look through the tests themselves.
"""

from __future__ import annotations

import gc
import logging
import os
from collections.abc import Generator
from itertools import groupby
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, settings

from tests.helpers.kernels import compile_once
from tests.helpers.order import dealt

pytest_plugins = ["tests.helpers.databases"]
# On a busy machine an example, or the drawing of it, may take any time.
settings.register_profile("warpack", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("warpack")

_VARIABLE = "WARPACK_CACHE_DIR"
_FOLDER = pytest.StashKey[TemporaryDirectory[str]]()
_BEFORE = pytest.StashKey[str | None]()


def pytest_configure(config: pytest.Config) -> None:
    """Before any test module is imported; child processes inherit it, the workers of a run in parallel among them, so
    that a run compiles no kernel twice."""
    _keep_the_job_engine_from_standard_error()
    if hasattr(config, "workerinput"):
        return
    folder = TemporaryDirectory(prefix="warpack-tests-", ignore_cleanup_errors=True)
    config.stash[_FOLDER], config.stash[_BEFORE] = folder, os.environ.get(_VARIABLE)
    os.environ[_VARIABLE] = folder.name


def _keep_the_job_engine_from_standard_error() -> None:
    """Unless its logger has a handler, DBOS makes one when it is imported, for the standard error of that moment. That
    may be what a test has captured, and every engine that is started after that test fails."""
    logger = logging.getLogger("dbos")
    logger.addHandler(logging.NullHandler())
    logger.propagate = False


def pytest_unconfigure(config: pytest.Config) -> None:
    if _FOLDER not in config.stash:
        return
    before = config.stash[_BEFORE]
    os.environ.pop(_VARIABLE, None)
    if before is not None:
        os.environ[_VARIABLE] = before
    config.stash[_FOLDER].cleanup()


@pytest.fixture(scope="session")
def kernels_are_compiled() -> None:
    """What a process that compiles makes first lies in the run's folder: the workers of a run begin with files that
    need it, and would all make it."""
    compile_once()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Two more than there are processors: tests wait for processes that they started, and those for one another."""
    asked = os.environ.get("PYTEST_XDIST_AUTO_NUM_WORKERS")
    return int(asked) if asked else len(os.sched_getaffinity(0)) + 2


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Thousands of tests with what they are given are there until the end: each look for garbage would go through all
    of them, while they are made and ever after. What a test leaves is looked for seldom."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.set_threshold(10_000)
        gc.enable()


@pytest.hookimpl(trylast=True)  # after the marks that folders give
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Every worker of a run in parallel makes the same order of the same items."""
    workers = getattr(config, "workerinput", {}).get("workercount", 1)
    slow = [item for item in items if item.get_closest_marker("slow")]
    quick = [item for item in items if not item.get_closest_marker("slow")]
    items[:] = dealt([list(of_one) for _, of_one in groupby(slow, _kept_together)], quick, workers)


def _kept_together(item: pytest.Item) -> str:
    """What a slow test has in common with those that one worker runs with it: the file, or what its mark says."""
    mark = item.get_closest_marker("together")
    return str(mark.args[0] if mark else item.path)
