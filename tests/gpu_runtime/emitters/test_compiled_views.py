"""`view_at` as a GPU's compiler reads it: the same text, compiled for the CPU, against slices."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numba import njit, types
from numba.extending import intrinsic

from tests.gpu_runtime.emitters.samples import SAMPLES
from tests.helpers.sweeps import times
from warpack.gpu_runtime.emitters import emit


def _compiled_view() -> Callable[..., Any]:
    """The function that stands under `if not IN_SIMULATOR:` in an emitted module."""
    branches = [
        node
        for node in ast.parse(emit(*SAMPLES["plain"])).body
        if isinstance(node, ast.If) and ast.unparse(node.test) == "not IN_SIMULATOR"
    ]
    (function,) = [node for branch in branches for node in branch.body if getattr(node, "name", "") == "view_at"]
    module: dict[str, Any] = {"types": types, "intrinsic": intrinsic}
    exec(ast.unparse(function), module)
    view_at = module["view_at"]

    @njit
    def view(array: Any, first: int, count: int) -> Any:
        return view_at(array, first, count)

    compiled: Callable[..., Any] = view
    return compiled


_VIEW = _compiled_view()


@pytest.mark.parametrize("dtype", ["bool", "uint8", "int16", "float32", "float64", "complex128"])
def test_a_compiled_view_is_the_slice_that_the_simulator_makes(dtype: str) -> None:
    array = np.arange(40).astype(dtype)

    @settings(max_examples=times(30))
    @given(st.integers(0, 39).flatmap(lambda first: st.tuples(st.just(first), st.integers(1, 40 - first))))
    def same(place: tuple[int, int]) -> None:
        first, count = place
        view, cut = _VIEW(array, first, count), array[first : first + count]
        assert (view.ctypes.data, view.shape, view.strides, view.dtype) == (
            *(cut.ctypes.data, cut.shape, cut.strides, cut.dtype),
        )

    same()


def test_a_view_is_memory_of_its_array_and_no_copy() -> None:
    array = np.zeros(10)
    _VIEW(array, 4, 3)[1] = 7
    assert array.tolist() == [0, 0, 0, 0, 0, 7, 0, 0, 0, 0]
