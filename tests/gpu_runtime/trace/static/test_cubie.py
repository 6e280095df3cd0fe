"""CuBIE's own kernels, closures and all, in a process of their own that runs its simulator."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib.util import find_spec
from typing import Any

import pytest

from warpack.gpu_runtime.adapters.cubie.proof import simulator_environment

_MISSING = "CuBIE is not installed: the extra `cubie` has it, and `make test` installs it"
pytestmark = [pytest.mark.slow, pytest.mark.skipif(find_spec("cubie") is None, reason=_MISSING)]
Pairs = set[tuple[str, str]]


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    folder = tmp_path_factory.mktemp("cubie")
    ran = subprocess.run(
        [sys.executable, "-m", "tests.gpu_runtime.trace.static.cubie_pairs", "kvaerno5", "dormand-prince-54"],
        cwd=folder,
        env=os.environ | simulator_environment(str(folder)),
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    methods: dict[str, dict[str, Any]] = {}
    for line in ran.stdout.splitlines():
        if line.startswith("{"):
            methods |= json.loads(line)
    return methods


def pairs(found: dict[str, Any], whose: str) -> Pairs:
    return {(one, other) for one, other in found[whose]}


def test_every_conflict_that_people_found_is_found(found: dict[str, dict[str, Any]]) -> None:
    assert pairs(found["kvaerno5"], "table") <= pairs(found["kvaerno5"], "static")
    missed = pairs(found["dormand-prince-54"], "table") - pairs(found["dormand-prince-54"], "static")
    # The table says that the two meet in the controller; it reads the one to its end before it writes the other.
    assert missed == {("loop/accept_step", "loop/error")}


def test_buffers_that_an_implicit_method_never_needs_at_once_are_proved_apart(found: dict[str, dict[str, Any]]) -> None:
    implicit = found["kvaerno5"]
    assert len(implicit["arrays"]) == 17
    # Of 136 pairs. numba's form of a loop differs from one Python to the next, and less is proved in that of 3.13.
    assert len(implicit["static"]) <= (122 if sys.version_info < (3, 13) else 130)
    assert ("loop/error", "loop/algorithm/solver/residual") not in pairs(implicit, "static")


def test_nothing_in_a_solver_is_left_unfollowed(found: dict[str, dict[str, Any]]) -> None:
    assert not [line for one in found.values() for line in one["unfollowed"]]


def test_the_solver_is_as_it_was(found: dict[str, dict[str, Any]]) -> None:
    assert all(one["still_solves"] for one in found.values())
