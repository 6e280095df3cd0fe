"""What the probe kernel asks of a view: where in shared memory it begins, and how many elements it has.

Imported by the kernel's text in the processes that run or compile it. For each element type there is a function
`note_TYPE(view, memory, places, at)`: it writes the view's first byte, counted from that of `memory`, to `places[at]`,
and its length to `places[at + 1]`. A view of elements of another type is a TypeError; where it is compiled, numba's
own.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from numba import cuda

from warpack.gpu_runtime.probe.kernel.abi import ELEMENTS
from warpack.gpu_runtime.probe.kernel.patterns import numpy_dtype

_SIMULATED: bool = cuda.config.ENABLE_CUDASIM  # type: ignore[attr-defined]  # exported at run time


def _in_python(element: str) -> Callable[..., None]:
    wanted = numpy_dtype(element)

    def note(view: Any, memory: Any, places: Any, at: int) -> None:
        if view.dtype != wanted or view.ndim != 1 or not view.flags.c_contiguous:
            raise TypeError(f"a view of {view.dtype} elements, {element} is what the layout has")
        places[at] = view.__array_interface__["data"][0] - memory.__array_interface__["data"][0]
        places[at + 1] = view.size

    return note


def _compiled(element: str) -> Any:
    from numba.core.errors import TypingError
    from numba.cuda import types as numba_types
    from numba.cuda.extending import intrinsic
    from numba.cuda.np.arrayobj import make_array

    types: Any = numba_types  # its typed surface leaves out what it exports at run time
    wanted = types.boolean if element == "bool" else getattr(types, element)

    def note(typing_context: Any, view: Any, memory: Any, places: Any, at: Any) -> Any:
        if not isinstance(view, types.Array) or (view.dtype, view.ndim, view.layout) != (wanted, 1, "C"):
            raise TypingError(f"a view of type {view}, {element} is what the layout has")

        def generate(context: Any, builder: Any, signature: Any, values: Any) -> Any:
            word = context.get_value_type(types.int64)
            of_view, of_memory, of_places = (
                make_array(kind)(context, builder, value)
                for kind, value in zip(signature.args[:3], values[:3], strict=True)
            )
            first, size = (builder.gep(of_places.data, [builder.add(values[3], word(more))]) for more in (0, 1))
            start, origin = (builder.ptrtoint(array.data, word) for array in (of_view, of_memory))
            builder.store(builder.sub(start, origin), first)
            builder.store(of_view.nitems, size)
            return context.get_dummy_value()

        return types.void(view, memory, places, types.int64), generate

    return intrinsic(note)


for _element in ELEMENTS:
    globals()[f"note_{_element}"] = _in_python(_element) if _SIMULATED else _compiled(_element)
