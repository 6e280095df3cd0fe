"""The allocators as device functions: what they hand out in the simulator, and that they compile without a driver."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from tests.helpers.python_programs import output_of

DTYPES = ("bool", "int8", "uint16", "int32", "uint64", "float16", "float32", "float64", "complex64", "complex128")


def run(simulator: bool) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(output_of("-m", "tests.gpu_runtime.registry.kernels", simulator=simulator))
    return found


@pytest.fixture(scope="module")
def simulated() -> dict[str, Any]:
    return run(simulator=True)


@pytest.mark.parametrize("layout", ["declared", "optimal"])
@pytest.mark.parametrize("precision", ["float32", "float64"])
class TestHandedOutArrays:
    def test_have_the_length_and_type_that_was_registered(
        self, simulated: dict[str, Any], precision: str, layout: str
    ) -> None:
        seen = simulated[f"{precision} {layout}"]
        for index, dtype in enumerate(DTYPES):
            for place in ("shared_False", "local_True", "local_False"):
                assert seen["types"][f"{dtype}_{place}"] == np.dtype(dtype).name
                assert seen["lengths"][f"{dtype}_{place}"] == index % 3 + 1

    def test_are_memory_of_their_own_in_every_run(self, simulated: dict[str, Any], precision: str, layout: str) -> None:
        assert simulated[f"{precision} {layout}"]["kept"]

    def test_are_zero_where_that_was_asked_for(self, simulated: dict[str, Any], precision: str, layout: str) -> None:
        assert simulated[f"{precision} {layout}"]["zeros"]


def test_a_window_that_is_too_short_is_an_error_that_names_the_buffer(simulated: dict[str, Any]) -> None:
    assert "rows: bytes [0, 32) of a window that has 20" in simulated["wrong window"]


def test_views_of_other_types_compile_without_a_driver() -> None:
    assert set(run(simulator=False)) == {"float32", "float64"}
