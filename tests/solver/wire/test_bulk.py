"""Python's cycle collector is off while very many objects are made, and as it was before afterwards."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest

from warpack.solver.wire.bulk import uncollected


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    yield
    gc.enable()


def test_cycles_are_collected_again_afterwards_also_after_an_error() -> None:
    @uncollected()
    def failing() -> None:
        raise ValueError(f"collecting: {gc.isenabled()}")

    with pytest.raises(ValueError, match="collecting: False"):
        failing()
    assert gc.isenabled()


def test_one_inside_another_ends_with_the_outer_one() -> None:
    with uncollected():
        with uncollected():
            pass
        assert not gc.isenabled()
    assert gc.isenabled()


def test_who_collects_no_cycles_at_all_keeps_it_so() -> None:
    gc.disable()
    with uncollected():
        pass
    assert not gc.isenabled()


def test_a_function_can_be_called_inside_itself() -> None:
    @uncollected()
    def countdown(left: int) -> bool:
        return countdown(left - 1) if left else gc.isenabled()

    assert countdown(3) is False
    assert gc.isenabled()
