"""The device side: whether a piece has contents in a phase, and whether a way leads from one phase to another that
keeps them."""

# Emitted code carries no annotations, and what it defines in the simulator replaces what it has compiled.
# mypy: disable-error-code="no-untyped-def, no-untyped-call, var-annotated, untyped-decorator, misc, no-redef, no-any-return, type-var"
# mypy: allow-untyped-defs
from __future__ import annotations

from typing import Any

import numpy as np
from numba import cuda as numba_cuda
from numba import types

cuda: Any = numba_cuda
_CHECKED_PIECES: Any = np.zeros((1, 12), np.int64)
_CHECKED_STRETCHES: Any = np.zeros((1, 3), np.int64)
_CHECKED_NODES: Any = np.zeros((1, 4), np.int64)
_CHECKED_EDGES: Any = np.zeros((1, 1), np.int64)
_CHECKED_ALONE: Any = np.zeros((1, 2), np.int64)
_CHECKED_BESIDE: Any = np.zeros((1, 3), np.int64)
_CHECKED_WORDS = 1
_checked_once: Any = None

# ---- emitted from here on

_CHECKED_LIVE, _CHECKED_BEGINS, _CHECKED_HELD, _CHECKED_EMPTY = 0, 1, 2, 3


@_checked_once(types.int64, types.int64, types.int64)
def _checked_kind(piece, phase):
    """The state of the piece in the phase: it has contents (live), new contents (begins), perhaps some (held), none
    (empty)."""
    pieces = cuda.const.array_like(_CHECKED_PIECES)
    stretches = cuda.const.array_like(_CHECKED_STRETCHES)
    kind = _CHECKED_EMPTY
    for row in range(pieces[piece, 8], pieces[piece, 9]):
        if stretches[row, 0] <= phase and phase < stretches[row, 1]:
            kind = stretches[row, 2]
            if kind == _CHECKED_BEGINS and stretches[row, 0] != phase:
                kind = _CHECKED_LIVE
    return kind


@_checked_once(types.boolean, types.int64, types.int64, types.int64, types.int64)
def _checked_clear(piece, first, end, fresh):
    """Whether the piece (-1: none) keeps contents through all phases from `first` to before `end`. `fresh`: since the
    program's start, so that what begins in phase 0 is there."""
    pieces = cuda.const.array_like(_CHECKED_PIECES)
    stretches = cuda.const.array_like(_CHECKED_STRETCHES)
    clear = piece < 0 or first >= end
    if piece >= 0:
        for row in range(pieces[piece, 8], pieces[piece, 9]):
            begins = stretches[row, 2] == _CHECKED_BEGINS and not (fresh and stretches[row, 0] == 0)
            if stretches[row, 0] + (1 if begins else 0) <= first and end <= stretches[row, 1]:
                clear = True
    return clear


@_checked_once(types.boolean, types.int64, types.int64, types.int64)
def _checked_way(piece, at, goal):
    """Whether some way leads from phase `at` (-1: the program's start) to phase `goal` on which the piece (-1: none)
    keeps contents."""
    nodes = cuda.const.array_like(_CHECKED_NODES)
    edges = cuda.const.array_like(_CHECKED_EDGES)
    waiting = cuda.local.array(_CHECKED_WORDS, types.int64)
    known = cuda.local.array(_CHECKED_WORDS, types.int64)
    for word in range(_CHECKED_WORDS):
        waiting[word] = 0
        known[word] = 0
    here, fresh = 0, types.int64(at < 0)
    if at >= 0:
        for node in range(nodes.shape[0]):
            if nodes[node, 0] <= at and at < nodes[node, 1]:
                here = node
    found = (
        at < goal
        and nodes[here, 0] <= goal
        and goal < nodes[here, 1]
        and _checked_clear(piece, at + 1, goal + 1, fresh)
    )
    left = False
    if not found and (at < 0 or _checked_clear(piece, at + 1, nodes[here, 1], fresh)):
        left = True
        for edge in range(nodes[here, 2], nodes[here, 3]):
            waiting[edges[edge, 0] // 32] |= types.int64(1) << (edges[edge, 0] % 32)
    while left and not found:
        left = False
        for node in range(nodes.shape[0]):
            bit = types.int64(1) << (node % 32)
            if waiting[node // 32] & bit != 0 and known[node // 32] & bit == 0:
                known[node // 32] |= bit
                if nodes[node, 0] <= goal and goal < nodes[node, 1]:
                    if _checked_clear(piece, nodes[node, 0], goal + 1, fresh):
                        found = True
                elif _checked_clear(piece, nodes[node, 0], nodes[node, 1], fresh):
                    left = True
                    for edge in range(nodes[node, 2], nodes[node, 3]):
                        waiting[edges[edge, 0] // 32] |= types.int64(1) << (edges[edge, 0] % 32)
    return found


@_checked_once(types.boolean, types.int64, types.int64)
def _checked_side_by_side(at, goal):
    """Whether the two phases belong to two components that are called together and run in any order."""
    beside = cuda.const.array_like(_CHECKED_BESIDE)
    first, second = -1, -1
    same = False
    for row in range(beside.shape[0]):
        if beside[row, 1] <= at and at < beside[row, 2]:
            first = row
            for other in range(beside.shape[0]):
                if beside[other, 0] == beside[row, 0] and beside[other, 1] <= goal and goal < beside[other, 2]:
                    second = other
                    if first != second:
                        same = True
    return same


@_checked_once(types.boolean, types.int64, types.int64)
def _checked_alone(phase, _):
    """Whether threads of the block may be in other phases than this one at the same time."""
    alone = cuda.const.array_like(_CHECKED_ALONE)
    found = False
    for row in range(alone.shape[0]):
        if alone[row, 0] <= phase and phase < alone[row, 1]:
            found = True
    return found


@_checked_once(types.boolean, types.int64, types.int64, types.int64)
def _checked_keeps(piece, came, goal):
    """Whether the piece has contents in phase `goal`, if the threads that share it were in phase `came` before."""
    pieces = cuda.const.array_like(_CHECKED_PIECES)
    kind = _checked_kind(piece, goal)
    keeps = kind != _CHECKED_EMPTY and kind != _CHECKED_BEGINS
    if came < 0 and goal == 0:
        keeps = kind != _CHECKED_EMPTY
    elif kind == _CHECKED_LIVE and pieces[piece, 11] == 0:
        had = came < 0 or _checked_kind(piece, came) != _CHECKED_EMPTY
        keeps = had and (_checked_way(piece, came, goal) or _checked_side_by_side(came, goal))
    return keeps
