"""Patterns: finite, told apart, and turned bit by bit."""

from __future__ import annotations

import numpy as np
import pytest

from warpack.gpu_runtime.probe.kernel.patterns import numpy_dtype, pool, raw_pool
from warpack.gpu_runtime.probe.kernel.primes import prime_above

FLOATS = ["float16", "float32", "float64", "complex64", "complex128"]


@pytest.mark.parametrize("element", FLOATS)
@pytest.mark.parametrize("complement", [False, True])
def test_floating_point_patterns_are_finite_and_normal(element: str, complement: bool) -> None:
    values = pool(element, 4099, complement=complement)
    parts = values.view(np.dtype(f"float{numpy_dtype(element).itemsize * 4}")) if element.startswith("c") else values
    assert np.isfinite(parts).all()
    assert (np.abs(parts) >= np.finfo(parts.dtype).smallest_normal).all()


@pytest.mark.parametrize("element", [*FLOATS, "int8", "uint16", "int64"])
def test_the_complement_turns_every_bit(element: str) -> None:
    bits, turned = (pool(element, 101, complement=complement).view(np.uint8) for complement in (False, True))
    assert (bits ^ turned == 0xFF).all()


def test_bools_are_only_ever_zero_or_one_and_turn() -> None:
    bits, turned = (pool("bool", 101, complement=complement) for complement in (False, True))
    assert set(np.concatenate([bits, turned]).view(np.uint8)) == {0, 1}
    assert (bits != turned).all()


def test_patterns_are_the_same_in_every_process() -> None:
    assert (pool("int32", 101) == pool("int32", 101)).all()
    assert raw_pool(101).size == 101 * 16


@pytest.mark.parametrize(("number", "prime"), [(0, 2), (2, 3), (4092, 4093), (4093, 4099), (24, 29)])
def test_the_next_prime_is_found(number: int, prime: int) -> None:
    assert prime_above(number) == prime
