"""The command that holds a warm child against a fresh one measures each, of manifests that were solved."""

from __future__ import annotations

import asyncio

import pytest

from benchmarks.warm_child import measured
from tests.helpers.child_tasks import find_a_fault


def test_every_round_is_measured_but_the_first() -> None:
    took = asyncio.run(measured(buffers=4, rounds=3))
    assert len(took) == 2
    assert all(min(one.here_s, one.warm_s, one.fresh_s) > 0 for one in took)


def test_what_is_not_solved_is_not_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("benchmarks.warm_child.solve_and_verify", find_a_fault)
    with pytest.raises(RuntimeError, match="was not solved"):
        asyncio.run(measured(buffers=4, rounds=1))
