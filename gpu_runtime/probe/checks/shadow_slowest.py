"""The shadow check with every thread as far behind as the barriers allow: any of those that share a piece may touch any
of its bytes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from warpack.gpu_runtime.probe.checks.shadow_barriers import Bools, Ints, Passed

_NOBODY = -1


class Slowest:
    """Per byte the piece (and the run whose copy it is) that was accessed last, by whom and when. The kernel itself
    orders the accesses of one piece. Those of two pieces must be ordered by a barrier that covers all threads of both,
    unless a run has only one thread. Before an asynchronous piece (one of `asynchronous`), it must be one with a proxy
    fence, even then."""

    def __init__(self, size: int, passed: Passed, threads_per_run: int, asynchronous: Sequence[int]) -> None:
        self._passed, self._alone, self._asynchronous = passed, threads_per_run == 1, asynchronous
        self._cell, self._run, self._team, self._when, self._step = (np.full(size, _NOBODY) for _ in range(5))

    def touch(self, step: int, cell: int, team: int, run: int, at: Ints, partner: int) -> tuple[Bools, Ints, Ints]:
        """Which of the bytes were accessed by another piece with no barrier since; by which, and by which team. `run`:
        -1 for block-scoped pieces. `partner`: the piece whose elements this one takes over in place, each thread its
        own (-1: none)."""
        cells, runs, teams, when = self._cell[at], self._run[at], self._team[at], self._when[at]
        others = (cells != _NOBODY) & ((cells != cell) | (runs != run))
        others &= (cells != partner) | (self._step[at] != step) | (partner == _NOBODY)
        wrong = np.zeros(at.size, np.bool_)
        if others.any():
            same_run, plain = (runs == run) & (run >= 0), ~np.isin(cells, self._asynchronous)
            for earlier in np.unique(teams[others]):
                for same in (False, True):
                    for fenced in (False, True) if cell in self._asynchronous else (False,):
                        which = others & (teams == earlier) & (same_run == same) & (plain | (not fenced))
                        if which.any() and (fenced or not (same and self._alone)):
                            since = self._passed.since(int(earlier), team, run if same else None, fenced=fenced)
                            wrong |= which & (when >= since)
        self._cell[at], self._run[at], self._team[at] = cell, run, team
        self._when[at], self._step[at] = self._passed.now, step
        return wrong, cells, teams
