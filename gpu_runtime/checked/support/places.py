"""Only in numba's simulator: where each thread is, how often it has waited for others, and what its exception
reports."""

# Emitted code carries no annotations, and what it defines in the simulator replaces what it has compiled.
# mypy: disable-error-code="no-untyped-def, no-untyped-call, var-annotated, untyped-decorator, misc, no-redef, no-any-return, attr-defined"
# mypy: allow-untyped-defs
from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numba import cuda as numba_cuda

cuda: Any = numba_cuda
THREADS_PER_RUN = 1
_CHECKED_TRACKS: Sequence[Sequence[int]] = ()
_checked_block: Any = np.int64
_checked_state: Any = None
thread_in_block: Any = None
threads_in_block: Any = None
report: Any = None
begin: Any = None
phase: Any = None
end: Any = None

# ---- emitted from here on

_checked_traced = {}  # what was seen in the simulator, and how often; empty on a GPU
OF_RUN, OF_TRACK = 1, 2
_CHECKED_TRACED = bool(cuda.config.ENABLE_CUDASIM)

if _CHECKED_TRACED:
    import sys as _sys
    import threading as _threading

    _checked_counting = _threading.Lock()

    class _CheckedPlace:
        """One thread of the block: its run, the phase it is in (None: none yet), how often it has waited with all
        threads of the block, of its run, of its track; whether it zeroes a buffer just now."""

        def __init__(self, record, run, thread):
            self.record, self.run, self.thread = record, run, thread
            self.now = None
            self.waits = [0, 0, 0]
            self.zeroing = self.checking = False

        @property
        def epoch(self):
            return tuple(self.waits)

    def _checked_here():
        """The place of this thread; None before `begin`."""
        return getattr(_threading.current_thread(), "_checked_place", None)

    def _checked_memory(kind):
        """What this block remembers of one kind: a dictionary."""
        manager = _threading.current_thread()._manager
        return manager.__dict__.setdefault(f"_checked_{kind}", {})

    def _checked_last_words(record):
        found = report(record)
        if not found:
            return "The checked allocators had found nothing until then."
        return "\n  ".join(["The checked allocators had found until then:", *found])

    class _CheckedDying:
        """A thread of the simulator that adds what was found to the exception that ends it."""

        @property
        def exception(self):
            return self.__dict__.get("_checked_exception")

        @exception.setter
        def exception(self, raised):
            self.__dict__["_checked_exception"] = raised
            if raised is not None and not self.abort:
                words = _checked_last_words(self._checked_place.record)
                if hasattr(raised[0], "add_note"):
                    raised[0].add_note(words)
                else:
                    print(words, file=_sys.stderr)

        def syncthreads(self):
            super().syncthreads()
            if not self._checked_place.checking:
                self._checked_place.waits = [self._checked_place.waits[0] + 1, 0, 0]

    _checked_classes = {}

    def _checked_follow(record, run):
        """Gives this thread a place from here on."""
        thread = _threading.current_thread()
        thread._checked_place = _CheckedPlace(record, int(run), int(thread_in_block()))
        kind = type(thread)
        if not issubclass(kind, _CheckedDying):
            if kind not in _checked_classes:
                _checked_classes[kind] = type(kind.__name__, (_CheckedDying, kind), {})
            thread.__dict__.pop("exception", None)
            thread.__class__ = _checked_classes[kind]
        if not hasattr(cuda, "syncwarp"):
            cuda.syncwarp = lambda mask=-1: _checked_meet(OF_RUN)

    def _checked_meet(scope):
        """Waits for the other threads of the run, or of the track that this thread is in."""
        place, group, expected = _checked_here(), None, THREADS_PER_RUN
        if scope == OF_RUN:
            group = ("run", place.run)
        for start, stop, threads, others in _CHECKED_TRACKS:
            if scope == OF_TRACK and place.now is not None and start <= place.now < stop:
                group, expected = ("track", start), threads if threads >= 0 else int(threads_in_block()) - others
        if group is None:
            _checked_say("a barrier of a track was waited at outside every track")
            return
        changed = _checked_memory("meeting").setdefault("condition", _threading.Condition())
        arrived = _checked_memory("arrived")
        with changed:
            mine = arrived[group] = arrived.get(group, 0) + 1
            changed.notify_all()
            full = (mine + expected - 1) // expected * expected
            while arrived[group] < full:
                changed.wait(0.1)
                if _threading.current_thread().abort:
                    raise RuntimeError("another thread of the block has died")
        place.waits[scope] += 1

    def _checked_say(what):
        """Records the sentence with the line of the kernel: the innermost frame that belongs neither to these checks
        nor to the simulator."""
        frame = _sys._getframe()
        while frame.f_back is not None and (
            frame.f_globals is globals() or str(frame.f_globals.get("__name__")).startswith("numba")
        ):
            frame = frame.f_back
        words = f"{what}: {frame.f_code.co_filename.rpartition('/')[2]}, line {frame.f_lineno}"
        with _checked_counting:
            _checked_traced[words] = _checked_traced.get(words, 0) + 1

    _checked_real = {"begin": begin, "phase": phase, "end": end}

    def _checked_quietly(name, *arguments):
        """Marks the code of a check: its barriers do not count as the kernel's."""
        place = _checked_here()
        place.checking = True
        try:
            _checked_real[name](*arguments)
        finally:
            place.checking = False

    @cuda.jit(device=True)
    def begin(record, run):
        _checked_follow(record, run)
        _checked_quietly("begin", record, run)

    @cuda.jit(device=True)
    def phase(record, run, number):
        if _checked_here() is None:
            _checked_real["phase"](record, run, number)
            return
        _checked_quietly("phase", record, run, number)
        _checked_here().now = int(number)

    @cuda.jit(device=True)
    def end(record, run):
        _checked_quietly("end", record, run)
        _checked_here().now = None

    @cuda.jit(device=True)
    def waited(record, run, scope):
        _checked_meet(int(scope))
