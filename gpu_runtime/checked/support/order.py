"""Only in numba's simulator: bytes of the real layout that pass from one buffer to another, and whether the threads had
waited."""

# Emitted code carries no annotations, and what it defines in the simulator replaces what it has compiled.
# mypy: disable-error-code="no-untyped-def, no-untyped-call, var-annotated, untyped-decorator, misc, no-redef, no-any-return"
# mypy: allow-untyped-defs
from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

THREADS_PER_RUN = 1
_CHECKED_TRACED = False
_CHECKED_PIECES: Any = np.zeros((1, 12), np.int64)
_CHECKED_NAMES: Sequence[str] = ()
_CHECKED_REAL_STARTS: Sequence[int] = ()
_CHECKED_REAL_WINDOWS, _CHECKED_REAL_STRIDE = 0, 1
_CHECKED_PERMITTED: frozenset[tuple[int, int]] = frozenset()
_CHECKED_IN_PLACE: Mapping[tuple[int, int], Sequence[tuple[int, int]]] = {}
_CHECKED_BARRIERS: Mapping[tuple[int, int], str] = {}
PHASES: Sequence[str] = ()
_checked_memory: Any = None

# ---- emitted from here on

if _CHECKED_TRACED:

    def _checked_ordered(place, piece, run, bytes_, how):
        """What is wrong with an access to these bytes, if the real layout gives them to other pieces too; None where
        nothing is. Records the access."""
        of_block = bool(_CHECKED_PIECES[piece, 2])
        start = _CHECKED_REAL_STARTS[piece] - int(_CHECKED_PIECES[piece, 0])
        if not of_block:
            start += _CHECKED_REAL_WINDOWS + _CHECKED_REAL_STRIDE * run
        owners, writers = _checked_memory("owners"), _checked_memory("writers")
        fault = None
        for byte in bytes_:
            before, writer = owners.get(start + byte), writers.get(start + byte, piece)
            if how == "read" and writer != piece and fault is None:
                fault = (
                    f"{_CHECKED_NAMES[piece]} was read in phase {PHASES[place.now]}, after {_CHECKED_NAMES[writer]} had been "
                    f"written, which has the same bytes in the layout"
                )
            if before is not None and before[0] != piece and fault is None:
                fault = _checked_unordered(place, piece, before, how)
            thread = place.thread
            if before is not None and before[0] == piece and before[1] != thread and before[3] == place.epoch:
                thread = -1  # several, since they waited last
            owners[start + byte] = (piece, thread, place.now, place.epoch)
            if how == "written":
                writers[start + byte] = piece
        return fault

    def _checked_unordered(place, piece, before, how):
        """The bytes were another piece's: whether a barrier, the user's alias or the same thread's elementwise work
        orders the two."""
        other, thread, phase, epoch = before
        if (piece, other) in _CHECKED_PERMITTED or not (_CHECKED_PIECES[piece, 10] or _CHECKED_PIECES[other, 10]):
            return None
        of_block = bool(_CHECKED_PIECES[piece, 2] or _CHECKED_PIECES[other, 2])
        if epoch[0] != place.epoch[0] or epoch[2] != place.epoch[2] or (not of_block and epoch[1] != place.epoch[1]):
            return None
        if thread == place.thread:
            for start, end in _CHECKED_IN_PLACE.get((other, piece), ()):
                if start <= phase < end and start <= place.now < end:
                    return None
        barrier = _CHECKED_BARRIERS.get((other, piece))
        relied = f": the layout relies on the barrier {barrier}" if barrier else ""
        return (
            f"{_CHECKED_NAMES[piece]} was {how} in phase {PHASES[place.now]} in bytes that {_CHECKED_NAMES[other]} had in phase "
            f"{PHASES[phase]}, and its threads had not waited for one another in between{relied}"
        )

    def _checked_zeroed(place, piece, run, bytes_, how):
        """What is wrong with an access to an element that another thread has zeroed; None where nothing is."""
        if not _CHECKED_PIECES[piece, 10]:
            return None
        of_block = bool(_CHECKED_PIECES[piece, 2])
        zeroed, key = _checked_memory("zeroed"), (-1 if of_block else run, bytes_.start)
        if place.zeroing:
            zeroed[key] = (place.thread, place.epoch)
            return None
        thread, epoch = zeroed.get(key, (place.thread, None))
        if thread == place.thread or place.now is None:
            return None
        if epoch[0] != place.epoch[0] or (not of_block and epoch[1] != place.epoch[1]):
            del zeroed[key]
            return None
        return (
            f"{_CHECKED_NAMES[piece]} was {how} in phase {PHASES[place.now]} by another thread than the one that had zeroed it, "
            f"and the two had not waited for one another in between"
        )
