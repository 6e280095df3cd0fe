"""How the header spells each dtype, without an include.

complex64 and complex128 are CUDA's own vector types `float2` and `double2`. nvcc and NVRTC know them without an
include, and they have the size and alignment of `cuda::std::complex`. The narrow floats are bytes that can be copied
but not computed with, so nothing converts them by accident; a macro names the real type.
"""

from __future__ import annotations

from math import gcd
from typing import NamedTuple

from warpack.gpu_runtime.emitters.plan import Slot
from warpack.solver.wire.dtypes import DType
from warpack.solver.wire.units import Bytes

_PLAIN = {
    "bool": "bool",
    "int8": "signed char",
    "int16": "short",
    "int32": "int",
    "int64": "memory::int64",
    "uint8": "unsigned char",
    "uint16": "unsigned short",
    "uint32": "unsigned int",
    "uint64": "memory::uint64",
    "float32": "float",
    "float64": "double",
    "complex64": "::float2",
    "complex128": "::double2",
}


class Narrow(NamedTuple):
    """A type without a name in plain C++. `name`: its name in the header; `macro`: the macro that may name the real
    type; `example`: that type in CUDA 13's headers (cuda_fp16.h, cuda_bf16.h, cuda_fp8.h, cuda_fp4.h)."""

    name: str
    macro: str
    example: str
    size_bytes: Bytes


NARROW = {
    "float16": Narrow("float16", "WARPACK_FLOAT16", "__half", 2),
    "bfloat16": Narrow("bfloat16", "WARPACK_BFLOAT16", "__nv_bfloat16", 2),
    "float8_e4m3fn": Narrow("float8_e4m3fn", "WARPACK_FLOAT8_E4M3", "__nv_fp8_e4m3", 1),
    "float8_e5m2": Narrow("float8_e5m2", "WARPACK_FLOAT8_E5M2", "__nv_fp8_e5m2", 1),
    "float8_e8m0fnu": Narrow("float8_e8m0fnu", "WARPACK_FLOAT8_E8M0", "__nv_fp8_e8m0", 1),
    "float4_e2m1fn": Narrow("float4_e2m1fn_x2", "WARPACK_FLOAT4X2_E2M1", "__nv_fp4x2_e2m1", 1),
    "int4": Narrow("int4_x2", "WARPACK_INT4X2", "unsigned char", 1),
    "uint4": Narrow("uint4_x2", "WARPACK_UINT4X2", "unsigned char", 1),
}
"""By dtype. For packed types an item of the header is a byte with two elements."""


def type_name(dtype: DType) -> str:
    """The C++ type of one element (of packed types, of two), as seen from inside the header's namespace."""
    if dtype.name is None:
        return f"memory::item<{dtype.itemsize_bytes}, {element_alignment_bytes(dtype)}>"
    return f"memory::{NARROW[dtype.name].name}" if dtype.name in NARROW else _PLAIN[dtype.name]


def element_alignment_bytes(dtype: DType) -> int:
    """The alignment that every element of an array has. If an item of 12 bytes starts at a multiple of 8, the next one
    does not: only an alignment that divides the size holds for all."""
    return gcd(dtype.itemsize_bytes, dtype.alignment_bytes)


def items_of(slot: Slot) -> int:
    """Items of the manifest's dtype in a whole plain local array, with every slot of a ring and the bytes between
    them."""
    return -(-slot.size_bytes // slot.dtype.itemsize_bytes)
