"""How the header spells each dtype, without an include.

complex64 and complex128 are CUDA's own vector types `float2` and `double2`, which nvcc and NVRTC know unasked and which
are as large and as aligned as `cuda::std::complex`. The narrow floats are bytes that can be copied and not computed with,
so that nothing converts them by accident; a macro names the real type.
"""

from __future__ import annotations

from math import gcd

from solver.wire.dtypes import DType

_PLAIN = {
    "bool": "bool",
    "int8": "signed char",
    "int16": "short",
    "int32": "int",
    "int64": "long long",
    "uint8": "unsigned char",
    "uint16": "unsigned short",
    "uint32": "unsigned int",
    "uint64": "unsigned long long",
    "float32": "float",
    "float64": "double",
    "complex64": "::float2",
    "complex128": "::double2",
}

NARROW = {
    "float16": ("WARPACK_FLOAT16", "__half", 2),
    "bfloat16": ("WARPACK_BFLOAT16", "__nv_bfloat16", 2),
    "float8_e4m3": ("WARPACK_FLOAT8_E4M3", "__nv_fp8_e4m3", 1),
    "float8_e5m2": ("WARPACK_FLOAT8_E5M2", "__nv_fp8_e5m2", 1),
}
"""dtype to the macro that may name its type, the type that one would name, and its bytes."""


def type_name(dtype: DType) -> str:
    """The C++ type of one element, as seen from inside the header's namespace."""
    if dtype.name is None:
        return f"memory::item<{dtype.itemsize_bytes}, {element_alignment_bytes(dtype)}>"
    return f"memory::{dtype.name}" if dtype.name in NARROW else _PLAIN[dtype.name]


def element_alignment_bytes(dtype: DType) -> int:
    """The alignment of one element in a row of them. An item of 12 bytes that starts at a multiple of 8 is followed by
    one that does not: only what divides its size holds for all."""
    return gcd(dtype.itemsize_bytes, dtype.alignment_bytes)
