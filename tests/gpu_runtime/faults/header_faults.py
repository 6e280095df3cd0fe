"""Faults in the emitted `allocators.cuh` of a right layout. Only the compiler meets it: the probe runs
`allocators.py`."""

from __future__ import annotations

from collections.abc import Callable

from tests.gpu_runtime.faults.planted import Edit, Fault, Planted, replaced
from tests.gpu_runtime.faults.subjects import solved

_A, _B = "struct a : memory::run_slice<float, 5, 12, 4>", "struct b : memory::run_slice<float, 5, 32, 4>"
"""What the header for the subject `plain` says of `a` and `b`."""


def _header(subject: str, edit: Edit) -> Callable[[], Planted]:
    return lambda: Planted(*solved(subject), header=edit)


def _fault(what: str, subject: str, edit: Edit) -> Fault:
    return Fault(what, "header", _header(subject, edit), compiled=True)


def _stale(text: str) -> str:
    sha256 = solved("plain")[1].sha256
    return replaced((f'"{sha256}"', f'"{sha256[::-1]}"'))(text)


HEADER_FAULTS = (
    _fault("a struct is one element further on", "plain", replaced((_A, _A.replace("12", "16")))),
    _fault("a struct is one element short", "plain", replaced((_A, _A.replace("5,", "4,")))),
    _fault("two structs of equal size are swapped", "plain", replaced(
        (_A, _A.replace("12", "32")), (_B, _B.replace("32", "12")))),
    _fault("a struct of another element type", "plain", replaced((_A, _A.replace("float", "int")))),
    _fault("a misaligned struct", "plain", replaced((_A, _A.replace("12", "13")))),
    _fault("a block's buffer is taken for a run's", "block", replaced(("struct tile : memory::block", "struct tile : memory::run"))),
    _fault("two persistent local buffers begin at one place", "local", replaced(("&persistent::array_0, 8>", "&persistent::array_0, 0>"))),
    _fault("a stride of one word less", "plain", replaced(("stride_bytes = 60u", "stride_bytes = 56u"))),
    _fault("a launch of more threads than the layout has", "plain", replaced(("threads_per_block = 6;", "threads_per_block = 32;"))),
    _fault("the header is of an older layout", "plain", _stale),
    _fault("static shared memory that no layout counts, in the header", "plain", replaced((
        "extern __shared__", "__shared__ volatile unsigned char own[64]; own[threadIdx.x] = 1;\n    extern __shared__"))),
)  # fmt: skip
