"""`view_at`, by which every emitted view is cut out of a typed array.

Why not a slice: at every slice numba compares both ends with the array's length and with 0. The slice's length is
unknown to the compiler, and is then read at every signed index. `view_at` becomes an address and a constant.
"""

from __future__ import annotations

from collections.abc import Iterator

from warpack.solver.wire.units import Elements

_TEXT = '''

@cuda.jit(device=True, inline="always")
def view_at(array, first, count):
    """`count` elements of the array from its element `first` on."""
    return array[first : first + count]


if not IN_SIMULATOR:
    from numba.cuda.extending import intrinsic

    @intrinsic
    def view_at(typing_context, array, first, count):
        """The same as an address and a length, without the comparisons that a slice makes."""
        result = types.Array(array.dtype, 1, "C")

        def generate(context, builder, signature, arguments):
            whole = context.make_array(signature.args[0])(context, builder, arguments[0])
            part = context.make_array(result)(context, builder)
            start, size = builder.gep(whole.data, [arguments[1]]), whole.itemsize
            context.populate_array(
                part, data=start, shape=[arguments[2]], strides=[size], itemsize=size, meminfo=None
            )
            return part._getvalue()

        return result(array, types.int64, types.int64), generate
'''


def view_function() -> Iterator[str]:
    yield from _TEXT.rstrip().splitlines()


def view(array: str, first: str | Elements, count: Elements) -> str:
    """The expression for `count` elements of an array from `first` on."""
    return f"view_at({array}, {first}, {count:d})"
