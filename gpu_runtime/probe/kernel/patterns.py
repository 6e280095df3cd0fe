"""The bit patterns of a probe: one pool of random elements per element type, of a prime length.

A fill numbered t (its *token*) gives element i of a piece, in a run whose multiplier is m, the pool's element (t·m + i)
mod p. With p prime, two tokens t ≠ t' lay the same pattern over one another in one run at most; the multipliers of two
runs or blocks never agree. Both sides only copy pool elements and compute nothing: there is no rounding and no
overflow.

Floating point elements are finite and normal (so that comparing values compares bits), as are their complements.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from warpack.gpu_runtime.probe.kernel.abi import WORDS

Bytes8 = npt.NDArray[np.uint8]

WIDEST = 16
"""Bytes of the widest element type (complex128)."""

_NUMPY = {"bool": "bool_"}
_EXPONENTS = {  # type of the bits, exponent mask, the exponent that a forbidden one is replaced by
    "float16": ("uint16", 0x7C00, 0x3C00),
    "float32": ("uint32", 0x7F80_0000, 0x3F80_0000),
    "float64": ("uint64", 0x7FF0_0000_0000_0000, 0x3FF0_0000_0000_0000),
}
_PARTS = {"complex64": "float32", "complex128": "float64"}


def numpy_dtype(element: str) -> np.dtype[Any]:
    """The numpy type of an element type by numba's name for it."""
    return np.dtype(_NUMPY.get(element, element))


def pool(element: str, prime: int, *, complement: bool = False) -> npt.NDArray[Any]:
    """`prime` elements of the type; with `complement`, each with every bit turned (bool: the other value)."""
    generator = np.random.default_rng([prime, *element.encode()])
    dtype = numpy_dtype(element)
    if dtype == np.bool_:
        return generator.integers(0, 2, prime, dtype=np.uint8).astype(np.bool_) ^ complement
    bits = generator.integers(0, 256, prime * dtype.itemsize, dtype=np.uint8)
    if complement:
        _make_normal(bits, element)
        bits = ~bits
    else:
        _make_normal(bits, element)
    return bits.view(dtype)


def raw_pool(prime: int) -> Bytes8:
    """Random bytes for the pass that treats memory as bytes: element k of an s-byte type is bytes [k·s, (k+1)·s)."""
    return np.random.default_rng([prime, 0xB]).integers(0, 256, prime * WIDEST, dtype=np.uint8)


def words_of(
    pools: Sequence[npt.NDArray[Any]], elements: Sequence[str]
) -> tuple[list[int], tuple[npt.NDArray[Any], ...]]:
    """The pools as the kernel's arguments `kinds` and `words_N` have them: see `abi.ARGUMENTS`."""
    kinds: list[int] = []
    words: dict[int, list[npt.NDArray[Any]]] = {word: [] for word in WORDS}
    for item, element in zip(pools, elements, strict=True):
        word = numpy_dtype(_PARTS.get(element, element)).itemsize
        kinds += [word, sum(each.size for each in words[word])]
        words[word].append(item.view(f"uint{8 * word}"))
    joined = (np.concatenate([np.zeros(0, f"uint{8 * word}"), *words[word]]) for word in WORDS)
    return kinds, tuple(joined)


def _make_normal(bits: Bytes8, element: str) -> None:
    """Gives elements that would be NaN, infinite, subnormal or zero the exponent of one."""
    kind = _EXPONENTS.get(_PARTS.get(element, element))
    if kind is None:
        return
    unsigned, mask, one = kind
    words = bits.view(unsigned)
    exponents = words & words.dtype.type(mask)
    forbidden = (exponents == 0) | (exponents == mask)
    words[forbidden] = (words[forbidden] & ~words.dtype.type(mask)) | words.dtype.type(one)
