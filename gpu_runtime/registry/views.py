"""A typed view of bytes of another array, for kernels: compiled without a driver, and run by the simulator.

`array.view(dtype)` would do, but numba-cuda needs a driver to compile it, and where the sliced length is no multiple of
the new element the thread returns from the kernel early and silently, past its barriers. An intrinsic has neither
problem: it becomes an address, and the optimiser still sees the memory space.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numba import cuda as numba_cuda
from numba import types
from numba.core.errors import TypingError
from numba.cuda.np.numpy_support import from_dtype

from warpack.gpu_runtime.registry.entry import ElementType
from warpack.solver.wire.units import Elements

cuda: Any = numba_cuda  # its typed surface leaves out what it exports at run time

View = Callable[..., Any]


def view_of_bytes(name: str, dtype: ElementType, count: Elements) -> View:
    """`view(array, first_byte)`: `count` elements of `dtype` from that byte of a one-dimensional array on.

    The length is checked: if the array ends too early, the view ends with it (compiled), or an IndexError names the
    buffer (in the simulator).
    """
    if cuda.config.ENABLE_CUDASIM:
        return _in_simulator(name, dtype, count)
    return _compiled(name, dtype, count)


def _in_simulator(name: str, dtype: ElementType, count: Elements) -> View:
    size = count * dtype.itemsize

    def view(array: Any, first_byte: int) -> Any:
        raw = np.asarray(array).view(np.uint8)
        if first_byte + size > raw.size:
            raise IndexError(
                f"{name}: bytes [{first_byte}, {first_byte + size}) of a window that has {raw.size}: is it another component's?"
            )
        return raw[first_byte : first_byte + size].view(dtype)

    return view


def _compiled(name: str, dtype: ElementType, count: Elements) -> View:
    from llvmlite import ir  # type: ignore[import-untyped]  # it has no types
    from numba.cuda import cgutils  # type: ignore[attr-defined]  # exported at run time
    from numba.cuda.extending import intrinsic

    element = from_dtype(dtype)
    size = dtype.itemsize

    @intrinsic
    def view(typing_context: Any, array: Any, first_byte: Any) -> Any:
        if not isinstance(array, types.Array) or array.ndim != 1 or array.layout != "C":
            raise TypingError(f"{name} lies in a contiguous one-dimensional array, and was given {array}")
        result = types.Array(element, 1, "C")

        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            source = context.make_array(signature.args[0])(context, builder, arguments[0])
            start = context.cast(builder, arguments[1], signature.args[1], types.intp)
            zero, most, width = (context.get_constant(types.intp, number) for number in (0, count, size))
            room = builder.sub(builder.mul(source.nitems, source.itemsize), start)
            fit = builder.sdiv(room, width)
            fit = builder.select(builder.icmp_signed("<", fit, zero), zero, fit)
            fit = builder.select(builder.icmp_signed(">", fit, most), most, fit)
            out = context.make_array(result)(context, builder)
            raw = builder.bitcast(source.data, ir.PointerType(ir.IntType(8)))
            data = builder.bitcast(builder.gep(raw, [start]), out.data.type)
            context.populate_array(
                out,
                data=data,
                shape=cgutils.pack_array(builder, [fit]),
                strides=cgutils.pack_array(builder, [width]),
                itemsize=width,
                meminfo=None,
            )
            return out._getvalue()

        return result(array, first_byte), generate

    return view
