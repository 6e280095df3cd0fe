"""Only in numba's simulator: arrays that know whose bytes they are, and say at once who touched what does not count any more."""

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
_CHECKED_PIECES: Any = np.zeros((1, 10), np.int64)
_CHECKED_NAMES: Sequence[str] = ()
_CHECKED_GUARDS = 0
_CHECKED_REAL_STARTS: Sequence[int] = ()
_CHECKED_BLOCK_GETTERS: Sequence[str] = ()
PHASES: Sequence[str] = ()
_checked_in: Any = None
_checked_outside: Any = None
_checked_block: Any = None
_checked_state: Any = None
run_in_block: Any = None
window: Any = None
phase: Any = None
begin: Any = None
end: Any = None

# ---- emitted from here on

_checked_traced = {}  # what was seen in the simulator, and how often; empty on a GPU

if cuda.config.ENABLE_CUDASIM:
    import bisect as _bisect
    import sys as _sys

    import numpy as _numpy

    _checked_now = {}  # (block, run): the phase it is in
    _checked_last = {}  # (block, run or None): for each byte of the layout as it is, the piece that was written there last
    _checked_real = {"window": window, "begin": begin, "phase": phase, "end": end}

    class _CheckedView(_numpy.ndarray):
        """A view of one run's memory (or the block's) that looks at every element that is read or written through it."""

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
        """Notes the first of the touched elements that has no contents in the phase its run is in."""
        if array._checked_whose is None:
            return
        block, run, of_block, origin = array._checked_whose
        now = _checked_now.get((block, run))
        if now is None:
            return
        plain = array.view(_numpy.ndarray)
        touched = plain[key : key + 1 or None] if isinstance(key, (int, _numpy.integer)) else plain[key]
        start = touched.__array_interface__["data"][0] - origin
        for index in range(touched.size):
            byte = start + index * (touched.strides[0] if touched.ndim else 0)
            piece = _checked_piece_at(byte, of_block)
            if piece is None:
                continue  # bytes between buffers are looked at when the phase ends
            inside = byte - int(_CHECKED_PIECES[piece, 0])
            real = range(_CHECKED_REAL_STARTS[piece] + inside, _CHECKED_REAL_STARTS[piece] + inside + touched.itemsize)
            last = _checked_last.setdefault((block, None if of_block else run), {})
            empty = not _checked_in(piece, now)
            if not empty and how == "read":
                empty = _checked_is_poison(piece, touched.reshape(-1)[index])
            if empty:
                _checked_say(
                    f"{_CHECKED_NAMES[piece]} was {how} in phase {PHASES[now]}, {_checked_outside(piece, now)}"
                )
                return
            if how == "written":
                last.update(dict.fromkeys(real, piece))
                continue
            other = next((last[address] for address in real if last.get(address, piece) != piece), None)
            if other is not None:
                _checked_say(
                    f"{_CHECKED_NAMES[piece]} was read in phase {PHASES[now]}, after {_CHECKED_NAMES[other]} had been "
                    f"written, which has the same bytes in the layout"
                )
                return

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
        """Whether an element still is what the piece was filled with; one or two bytes may be so by chance."""
        width, pattern = int(_CHECKED_PIECES[piece, 3]), int(_CHECKED_PIECES[piece, 4])
        raw = _numpy.asarray(value).tobytes()
        poison = bytes(pattern >> 8 * (byte % width) & 255 for byte in range(len(raw)))
        return raw == poison and (len(raw) >= 4 or bool(_CHECKED_PIECES[piece, 5]))

    def _checked_say(what):
        """Notes the sentence, with the line of the kernel."""
        frame = _sys._getframe()
        while frame.f_globals is globals() and frame.f_back is not None:
            frame = frame.f_back
        words = f"{what}: {frame.f_code.co_filename.rpartition('/')[2]}, line {frame.f_lineno}"
        _checked_traced[words] = _checked_traced.get(words, 0) + 1

    def _checked_watch(array, run, of_block):
        """The array, watched: it is one of this run, or of its block."""
        base = _checked_base().__array_interface__["data"][0]
        start = 0 if of_block else BLOCK_REGION_BYTES + REGION_GAP_BYTES + STRIDE_BYTES * int(run)
        watched = array.view(_CheckedView)
        watched._checked_whose = (int(_checked_block()), int(run), of_block, base + start)
        return watched

    @cuda.jit(device=True)
    def _checked_base():
        return cuda.shared.array(0, types.uint8, alignment=ALIGN)

    @cuda.jit(device=True)
    def window(run):
        return tuple(_checked_watch(array, run, False) for array in _checked_real["window"](run))

    @cuda.jit(device=True)
    def begin(record, run):
        block = int(_checked_block())
        for state, key in ((_checked_now, int(run)), (_checked_last, int(run)), (_checked_last, None)):
            state.pop((block, key), None)
        _checked_real["begin"](record, run)

    @cuda.jit(device=True)
    def phase(record, run, number):
        _checked_real["phase"](record, run, number)
        if int(record[_checked_state(run)]) >= 0:
            _checked_now[int(_checked_block()), int(run)] = int(number)

    @cuda.jit(device=True)
    def end(record, run):
        _checked_now.pop((int(_checked_block()), int(run)), None)
        _checked_real["end"](record, run)

    def _checked_block_getter(real):
        @cuda.jit(device=True)
        def getter():
            return _checked_watch(real(), run_in_block(), True)

        return getter

    for _checked_name in _CHECKED_BLOCK_GETTERS:
        globals()[_checked_name] = _checked_block_getter(globals()[_checked_name])
