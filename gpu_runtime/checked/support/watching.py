"""Only in numba's simulator: arrays that know which buffer their bytes belong to, and report a wrong access at once."""

# Emitted code carries no annotations, and what it defines in the simulator replaces what it has compiled.
# mypy: disable-error-code="no-untyped-def, no-untyped-call, var-annotated, untyped-decorator, misc, no-redef, no-any-return"
# mypy: allow-untyped-defs
from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numba import cuda as numba_cuda
from numba import types

cuda: Any = numba_cuda
ALIGN: int | None = None
BLOCK_REGION_BYTES = REGION_GAP_BYTES = STRIDE_BYTES = 1
_CHECKED_TRACED = False
_CHECKED_PIECES: Any = np.zeros((1, 12), np.int64)
_CHECKED_NAMES: Sequence[str] = ()
_CHECKED_GUARDS = 0
_CHECKED_ACCESSES: Sequence[Sequence[tuple[int, int]]] = ()
_CHECKED_BLOCK_GETTERS: Sequence[str] = ()
_CHECKED_ZERO_FUNCTIONS: Sequence[str] = ()
PHASES: Sequence[str] = ()
_checked_in: Any = None
_checked_outside: Any = None
_checked_here: Any = None
_checked_say: Any = None
_checked_shared: Any = None
_checked_ordered: Any = None
_checked_zeroed: Any = None
run_in_block: Any = None
thread_memory: Any = None
_CHECKED_WINDOWS = 0

# ---- emitted from here on

if _CHECKED_TRACED:
    import bisect as _bisect

    import numpy as _numpy

    class _CheckedView(_numpy.ndarray):
        """A view of one run's memory (or the block's) that checks every element that is read or written through it."""

        _checked_whose = None

        def __array_finalize__(self, other):
            self._checked_whose = getattr(other, "_checked_whose", None)

        def __getitem__(self, key):
            found = super().__getitem__(key)
            if not isinstance(found, _numpy.ndarray):
                _checked_touch(self, key, "read")
            return found

        def __setitem__(self, key, value):
            _checked_touch(self, key, "written")
            super().__setitem__(key, value)

        def __array_ufunc__(self, ufunc, method, *inputs, out=(), **options):
            for array in inputs:
                if isinstance(array, _CheckedView):
                    _checked_touch(array, slice(None), "read")
            for array in out:
                if isinstance(array, _CheckedView):
                    _checked_touch(array, slice(None), "written")
            plain = [array.view(_numpy.ndarray) if isinstance(array, _CheckedView) else array for array in inputs]
            if out:
                options["out"] = tuple(
                    array.view(_numpy.ndarray) if isinstance(array, _CheckedView) else array for array in out
                )
            return getattr(ufunc, method)(*plain, **options)

    def _checked_touch(array, key, how):
        """Reports the first accessed element that has no contents in its thread's phase, or whose access is not
        ordered."""
        place = _checked_here()
        if array._checked_whose is None or place is None or (place.now is None and not place.zeroing):
            return
        run, of_block, origin = array._checked_whose
        plain = array.view(_numpy.ndarray)
        touched = plain[key : key + 1 or None] if isinstance(key, (int, _numpy.integer)) else plain[key]
        start = touched.__array_interface__["data"][0] - origin
        for index in range(touched.size):
            byte = start + index * (touched.strides[0] if touched.ndim else 0)
            piece = _checked_piece_at(byte, of_block)
            if piece is None:
                continue  # bytes between buffers are checked when the phase ends
            bytes_ = range(byte, byte + touched.itemsize)
            fault = _checked_zeroed(place, piece, run, bytes_, how)
            if fault is None and place.now is not None:
                fault = _checked_empty(place, piece, touched.reshape(-1)[index], how)
                if fault is None:
                    fault = _checked_ordered(place, piece, run, bytes_, how)
            if fault is not None:
                _checked_say(fault)
                return

    def _checked_empty(place, piece, value, how):
        """What is wrong with an access in this phase; None where nothing is."""
        name, now = _CHECKED_NAMES[piece], place.now
        if not _checked_in(piece, now):
            return f"{name} was {how} in phase {PHASES[now]}, {_checked_outside(piece, now)}"
        if how == "read" and _checked_is_poison(piece, value):
            return f"{name} was read in phase {PHASES[now]}, {_checked_outside(piece, now)}"
        if not any(start <= now < end for start, end in _CHECKED_ACCESSES[piece]):
            return f"{name} was {how} in phase {PHASES[now]}, through which its contents are only carried: no access is stated there"
        return None

    _checked_starts = {
        scope: sorted(
            (int(row[0]), int(row[0] + row[1]), index)
            for index, row in enumerate(_CHECKED_PIECES[:_CHECKED_GUARDS])
            if bool(row[2]) == scope
        )
        for scope in (False, True)
    }

    def _checked_piece_at(byte, of_block):
        """The piece that has this byte of the window (or of the block region)."""
        starts = _checked_starts[of_block]
        index = _bisect.bisect_right(starts, (byte, 1 << 62, 0)) - 1
        return starts[index][2] if index >= 0 and byte < starts[index][1] else None

    def _checked_is_poison(piece, value):
        """Whether an element still is the piece's poison; with one or two bytes that may be chance."""
        width, pattern = int(_CHECKED_PIECES[piece, 3]), int(_CHECKED_PIECES[piece, 4])
        raw = _numpy.asarray(value).tobytes()
        poison = bytes(pattern >> 8 * (byte % width) & 255 for byte in range(len(raw)))
        return raw == poison and (len(raw) >= 4 or bool(_CHECKED_PIECES[piece, 5]))

    def _checked_watch(array, run, of_block):
        """The array, with checks: it belongs to this run, or to its block."""
        base = _checked_base().__array_interface__["data"][0]
        start = 0 if of_block else BLOCK_REGION_BYTES + REGION_GAP_BYTES + STRIDE_BYTES * int(run)
        watched = array.view(_CheckedView)
        watched._checked_whose = (int(run), of_block, base + start)
        return watched

    _checked_thread_memory = thread_memory

    @cuda.jit(device=True)
    def _checked_base():
        return cuda.shared.array(0, types.uint8, alignment=ALIGN)

    @cuda.jit(device=True)
    def thread_memory(run):
        memory = _checked_thread_memory(run)
        windows = tuple(_checked_watch(array, run, False) for array in memory[:_CHECKED_WINDOWS])
        return windows + memory[_CHECKED_WINDOWS:]

    def _checked_block_getter(real):
        @cuda.jit(device=True)
        def getter(*arguments):
            return _checked_watch(real(*arguments), run_in_block(), True)

        return getter

    def _checked_zero_function(real):
        @cuda.jit(device=True)
        def zero(*arguments):
            place = _checked_here()
            if place is not None:
                place.zeroing = True
            try:
                real(*arguments)
            finally:
                if place is not None:
                    place.zeroing = False

        return zero

    for _checked_name in _CHECKED_BLOCK_GETTERS:
        globals()[_checked_name] = _checked_block_getter(globals()[_checked_name])
    for _checked_name in _CHECKED_ZERO_FUNCTIONS:
        globals()[_checked_name] = _checked_zero_function(globals()[_checked_name])
