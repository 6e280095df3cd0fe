"""The device side: the record of findings, and what is done to the bytes of a piece. Nothing here needs a driver to
compile."""

# Emitted code carries no annotations, and what it defines in the simulator replaces what it has compiled.
# mypy: disable-error-code="no-untyped-def, no-untyped-call, var-annotated, untyped-decorator, misc, no-redef, no-any-return, type-var"
# mypy: allow-untyped-defs
from __future__ import annotations

from typing import Any

import numpy as np
from numba import cuda as numba_cuda
from numba import types

cuda: Any = numba_cuda
ALIGN: int | None = None
THREADS_PER_RUN = THREADS_PER_BLOCK = BLOCK_REGION_BYTES = REGION_GAP_BYTES = STRIDE_BYTES = 1
_CHECKED_PIECES: Any = np.zeros((1, 12), np.int64)
lane_in_run: Any = None
thread_in_block: Any = None
threads_in_block: Any = None

# ---- emitted from here on

# The record: the number of findings, then the findings, then the position of each thread of each block.
_CHECKED_HEAD, _CHECKED_MOST, _CHECKED_WIDTH = 4, 256, 8
_CHECKED_NOT_BEGUN, _CHECKED_BEGUN = -2, -1
_CHECKED_WRITTEN, _CHECKED_READ, _CHECKED_NAN, _CHECKED_ORDER, _CHECKED_UNBEGUN = 1, 2, 3, 4, 5
_CHECKED_LAUNCH = 6


def _checked_once(result, *arguments):
    """A device function that is compiled once and then called; `inline="always"` would copy it to every call. Unlike an
    ordinary device function that is not inlined, it needs no driver to compile. `arguments`: their types, None for the
    record's."""

    def wrap(body):
        if cuda.config.ENABLE_CUDASIM:
            return cuda.jit(device=True)(body)
        from numba.cuda.extending import intrinsic

        def typed(*given):
            return result(
                *(found if wanted is None else wanted for wanted, found in zip(arguments, given, strict=True))
            )

        def generate(context, builder, signature, values):
            compiled = context.compile_subroutine(builder, body, signature)
            for module in compiled.library.modules:
                for function in module.functions:
                    if function.name == compiled.fndesc.mangled_name and not function.is_declaration:
                        function.attributes.add("noinline")
            return context.call_internal(builder, compiled.fndesc, signature, values)

        def two(typing_context, a, b):
            return typed(a, b), generate

        def three(typing_context, a, b, c):
            return typed(a, b, c), generate

        def four(typing_context, a, b, c, d):
            return typed(a, b, c, d), generate

        by_count = {2: two, 3: three, 4: four}
        made = intrinsic(by_count[len(arguments)])
        made.__doc__ = body.__doc__
        return made

    return wrap


@cuda.jit(device=True, inline="always")
def _checked_block():
    """Index of this block in the grid, over x, then y, then z."""
    return cuda.blockIdx.x + cuda.gridDim.x * (cuda.blockIdx.y + cuda.gridDim.y * cuda.blockIdx.z)


@cuda.jit(device=True, inline="always")
def _checked_state():
    """This thread's place in the record: its phase, the last phase in which the block's threads were together, its
    steps."""
    thread = _checked_block() * THREADS_PER_BLOCK + min(thread_in_block(), THREADS_PER_BLOCK - 1)
    return _CHECKED_HEAD + _CHECKED_MOST * _CHECKED_WIDTH + 3 * thread


@cuda.jit(device=True, inline="always")
def _checked_note(record, run, kind, piece, source, phase, element):
    """Records a finding, if there is room; all are counted."""
    found = cuda.atomic.add(record, 0, 1)
    if found < _CHECKED_MOST:
        place = _CHECKED_HEAD + found * _CHECKED_WIDTH
        record[place] = kind
        record[place + 1] = piece
        record[place + 2] = source
        record[place + 3] = phase
        record[place + 4] = record[_checked_state() + 2]
        record[place + 5] = _checked_block()
        record[place + 6] = run
        record[place + 7] = element


@_checked_once(types.int64, types.int64, types.int64)
def _checked_start(piece, run):
    """The first byte of the piece in the block's memory."""
    pieces = cuda.const.array_like(_CHECKED_PIECES)
    windows = BLOCK_REGION_BYTES + REGION_GAP_BYTES + STRIDE_BYTES * run
    return pieces[piece, 0] + (0 if pieces[piece, 2] else windows)


@cuda.jit(device=True, inline="always")
def _checked_lane(piece):
    """The threads that share a piece interleave over its bytes: the first byte of this thread."""
    pieces = cuda.const.array_like(_CHECKED_PIECES)
    return thread_in_block() if pieces[piece, 2] else lane_in_run()


@cuda.jit(device=True, inline="always")
def _checked_lanes(piece):
    pieces = cuda.const.array_like(_CHECKED_PIECES)
    return threads_in_block() if pieces[piece, 2] else THREADS_PER_RUN


@_checked_once(types.void, types.int64, types.int64)
def _checked_fill(run, piece):
    """The piece has no contents: every unit of it becomes the piece's poison."""
    pieces = cuda.const.array_like(_CHECKED_PIECES)
    raw = cuda.shared.array(0, types.uint8, alignment=ALIGN)
    start = _checked_start(piece, run)
    for byte in range(_checked_lane(piece), pieces[piece, 1], _checked_lanes(piece)):
        raw[start + byte] = (pieces[piece, 4] >> (8 * (byte % pieces[piece, 3]))) & 255


@_checked_once(types.void, None, types.int64, types.int64, types.int64)
def _checked_untouched(record, run, piece, phase):
    """Notes the first byte of a piece without contents that is no longer its poison."""
    pieces = cuda.const.array_like(_CHECKED_PIECES)
    raw = cuda.shared.array(0, types.uint8, alignment=ALIGN)
    start = _checked_start(piece, run)
    for byte in range(_checked_lane(piece), pieces[piece, 1], _checked_lanes(piece)):
        if raw[start + byte] != (pieces[piece, 4] >> (8 * (byte % pieces[piece, 3]))) & 255:
            _checked_note(record, run, _CHECKED_WRITTEN, piece, -1, phase, byte // pieces[piece, 3])
            break


@_checked_once(types.void, None, types.int64, types.int64, types.int64)
def _checked_sound(record, run, piece, phase):
    """Notes the first element of a piece with contents that holds another piece's poison, or a NaN."""
    pieces = cuda.const.array_like(_CHECKED_PIECES)
    raw = cuda.shared.array(0, types.uint8, alignment=ALIGN)
    start, width, pattern = _checked_start(piece, run), pieces[piece, 3], pieces[piece, 4]
    mask, tag, quiet = pieces[piece, 5], pieces[piece, 6], pieces[piece, 7]
    number = quiet - 1 if quiet else ~mask & 0xFFFFFFFF
    for item in range(_checked_lane(piece), pieces[piece, 1] // width, _checked_lanes(piece)):
        bits = types.int64(0)
        for byte in range(width):
            bits |= types.int64(raw[start + item * width + byte]) << (8 * byte)
        if bits & mask == tag and bits != pattern:
            source = (bits & number) - 1
            if source >= 0 and source < pieces.shape[0] and source != piece:
                _checked_note(record, run, _CHECKED_READ, piece, source, phase, item)
                break
            if quiet and bits & (2 * quiet - 1) != 0:
                _checked_note(record, run, _CHECKED_NAN, piece, -1, phase, item)
                break
