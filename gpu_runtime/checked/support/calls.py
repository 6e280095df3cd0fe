"""The device side: `begin`, `phase` and `end`."""

# Emitted code carries no annotations, and what it defines in the simulator replaces what it has compiled.
# mypy: disable-error-code="no-untyped-def, no-untyped-call, var-annotated, untyped-decorator, misc, no-redef, no-any-return, type-var"
# mypy: allow-untyped-defs
from __future__ import annotations

from typing import Any

import numpy as np
from numba import cuda as numba_cuda
from numba import types

cuda: Any = numba_cuda
_CHECKED_TOGETHER = _CHECKED_APART = False
_CHECKED_PIECES: Any = np.zeros((1, 12), np.int64)
_CHECKED_BEGUN, _CHECKED_NOT_BEGUN, _CHECKED_ORDER, _CHECKED_UNBEGUN, _CHECKED_LAUNCH = -1, -2, 4, 5, 6
_CHECKED_WHOLE_BLOCK = False
THREADS_PER_BLOCK = 1
thread_in_block: Any = None
threads_in_block: Any = None
_CHECKED_EMPTY, _CHECKED_HELD = 3, 2
_checked_once: Any = None
_checked_state: Any = None
_checked_note: Any = None
_checked_fill: Any = None
_checked_untouched: Any = None
_checked_sound: Any = None
_checked_kind: Any = None
_checked_way: Any = None
_checked_side_by_side: Any = None
_checked_alone: Any = None
_checked_keeps: Any = None
lane_in_run: Any = None

# ---- emitted from here on


@_checked_once(types.boolean, types.int64, types.int64)
def _checked_mine(piece, alone):
    """Whether this thread may look at the bytes of the piece and fill them: alone, those that it shares with nobody."""
    pieces = cuda.const.array_like(_CHECKED_PIECES)
    return alone == 0 or pieces[piece, 10] == 0


@_checked_once(types.void, None, types.int64, types.int64, types.int64)
def _checked_leave(record, run, phase, alone):
    """At the end of a phase: pieces without contents must be untouched, and pieces with contents must hold no
    poison."""
    pieces = cuda.const.array_like(_CHECKED_PIECES)
    for piece in range(pieces.shape[0]):
        if _checked_mine(piece, alone):
            kind = _checked_kind(piece, phase)
            if kind == _CHECKED_EMPTY and pieces[piece, 11] < 2:
                _checked_untouched(record, run, piece, phase)
            elif kind != _CHECKED_EMPTY and kind != _CHECKED_HELD and pieces[piece, 5] != 0:
                _checked_sound(record, run, piece, phase)


@_checked_once(types.void, types.int64, types.int64, types.int64, types.int64)
def _checked_move(run, at, base, goal):
    """Enters a phase (alone, if `base` is below -1). Pieces that end on the way there, or begin with a write, lose
    their contents. Threads that share a piece all came from `base`, the last phase in which they were together."""
    pieces = cuda.const.array_like(_CHECKED_PIECES)
    for piece in range(pieces.shape[0]):
        if _checked_mine(piece, 1 if base < -1 else 0):
            came = base if pieces[piece, 10] else at
            if not _checked_keeps(piece, came, goal):
                _checked_fill(run, piece)


@_checked_once(types.void, None, types.int64)
def begin(record, run):
    """Poisons all memory of the run (and of the block). Every thread of the block calls it, once, before `init`."""
    threads = threads_in_block()
    if (threads > THREADS_PER_BLOCK or (_CHECKED_WHOLE_BLOCK and threads != record[1])) and thread_in_block() == 0:
        _checked_note(record, run, _CHECKED_LAUNCH, -1, -1, -1, threads)
    pieces = cuda.const.array_like(_CHECKED_PIECES)
    for piece in range(pieces.shape[0]):
        _checked_fill(run, piece)
    state = _checked_state()
    record[state] = _CHECKED_BEGUN
    record[state + 1] = _CHECKED_BEGUN
    record[state + 2] = 0
    if _CHECKED_TOGETHER:
        cuda.syncthreads()


@_checked_once(types.void, None, types.int64, types.int64)
def phase(record, run, number):
    """The thread leaves its phase, which is then checked, and enters phase `number` (a PHASE_ constant). Every thread
    of the block calls it, and they wait for one another, except in tracks, and in branches in which they do not choose
    together."""
    state = _checked_state()
    at, base, steps = types.int64(record[state]), types.int64(record[state + 1]), record[state + 2]
    begun = at != _CHECKED_NOT_BEGUN
    left_alone = _CHECKED_APART and _checked_alone(at, 0)
    alone = _CHECKED_APART and _checked_alone(number, 0)
    if _CHECKED_TOGETHER and not left_alone:
        cuda.syncthreads()
    if begun and at >= 0:
        _checked_leave(record, run, at, 1 if left_alone else 0)
        record[state + 2] = steps + 1
    if _CHECKED_APART and not left_alone:
        cuda.syncthreads()  # no thread continues alone while another still checks what all share
    if _CHECKED_TOGETHER and not alone:
        cuda.syncthreads()  # no thread fills what another still checks, or uses alone
    speaks = lane_in_run() == 0 or left_alone or alone
    if not begun:
        if speaks:
            _checked_note(record, run, _CHECKED_UNBEGUN, -1, -1, number, 0)
    elif _checked_way(-1, at, number) or _checked_side_by_side(at, number):
        _checked_move(run, at, types.int64(-2) if alone else base, number)
    elif speaks:
        _checked_note(record, run, _CHECKED_ORDER, at, -1, number, 0)
    if _CHECKED_TOGETHER and not alone:
        cuda.syncthreads()
    if begun:
        record[state] = number
        if not alone:
            record[state + 1] = number


@_checked_once(types.void, None, types.int64)
def end(record, run):
    """The thread leaves its last phase, which is then checked. Every thread of the block calls it, once."""
    at = types.int64(record[_checked_state()])
    alone = _CHECKED_APART and _checked_alone(at, 0)
    if _CHECKED_TOGETHER:
        cuda.syncthreads()
    if at >= 0:
        _checked_leave(record, run, at, 1 if alone else 0)


@cuda.jit(device=True, inline="always")
def waited(record, run, scope):
    """States that this thread has just waited at a barrier of its run (`OF_RUN`) or its track (`OF_TRACK`) that the
    simulator does not have. In the simulator this call waits instead; on a GPU it does nothing."""
