"""The host side: the record that a kernel gets, and the report made from it afterwards."""

# Emitted code carries no annotations, and what it defines in the simulator replaces what it has compiled.
# mypy: disable-error-code="no-untyped-def, no-untyped-call, var-annotated, untyped-decorator, misc, no-redef, no-any-return"
# mypy: allow-untyped-defs
from __future__ import annotations

from collections.abc import Sequence
from typing import Any

THREADS_PER_BLOCK = 1
_CHECKED_HEAD, _CHECKED_MOST, _CHECKED_WIDTH, _CHECKED_NOT_BEGUN = 4, 256, 8, -2
_CHECKED_WRITTEN, _CHECKED_READ, _CHECKED_NAN, _CHECKED_ORDER, _CHECKED_UNBEGUN = 1, 2, 3, 4, 5
_CHECKED_LAUNCH = 6
_CHECKED_NAMES: Sequence[str] = ()
_CHECKED_GUARDS = 0
_CHECKED_SLOTS: Sequence[tuple[int, int, int]] = ()
_CHECKED_PIECES: Any = ()
_CHECKED_DROPPED: Sequence[int] = ()
_CHECKED_LIVES: Sequence[Sequence[tuple[int, int]]] = ()
PHASES: Sequence[str] = ()
_checked_traced: Any = {}

# ---- emitted from here on


def new_record(blocks, threads=THREADS_PER_BLOCK):
    """What `begin`, `phase` and `end` need, for a launch of `blocks` blocks: an int32 array to hand to the kernel.
    `threads`: threads per block, where you launch fewer than THREADS_PER_BLOCK on purpose, to save time."""
    import numpy

    head = _CHECKED_HEAD + _CHECKED_MOST * _CHECKED_WIDTH
    record = numpy.zeros(head + 3 * THREADS_PER_BLOCK * blocks, numpy.int32)
    record[head::3] = _CHECKED_NOT_BEGUN
    record[1] = threads
    _checked_traced.clear()
    return record


def report(record):
    """What went wrong, as sentences, the earliest of each kind first; an empty list where nothing did.

    `record`: the array after the launch, on the host. Begin with the first sentence: a value that should not have been
    read spreads, and later sentences may be its consequences. In the simulator, the exception of a kernel that crashes
    has the same report.
    """
    sentences = [f"{what}{_checked_times(count)}" for what, count in _checked_traced.items()]
    exact = bool(sentences)  # in the simulator every access was seen as it happened
    count = int(record[0])
    rows = [
        [int(record[_CHECKED_HEAD + index * _CHECKED_WIDTH + column]) for column in range(_CHECKED_WIDTH)]
        for index in range(min(count, _CHECKED_MOST))
    ]
    groups = {}
    for row in sorted(rows, key=lambda row: (row[4], row[5], row[6])):
        groups.setdefault(_checked_group(row), []).append(row)
    told = {kind for kind, _ in groups}
    for (kind, piece), found in groups.items():
        follows = kind == _CHECKED_NAN and (_CHECKED_READ in told or found[0][4] > _checked_first(groups))
        if follows or (exact and (kind in (_CHECKED_READ, _CHECKED_NAN) or _checked_is_told(kind, piece, sentences))):
            continue
        sentences.append(_checked_words(found[0]) + _checked_times(len(found)))
    if count > _CHECKED_MOST:
        sentences.append(f"{count} findings in all, of which the record had room for {_CHECKED_MOST}")
    return sentences


def _checked_group(row):
    """The key of one fault: for writes the buffer written, for reads the buffer read, for a wrong way its start and
    end."""
    kind, piece, source, phase = row[:4]
    return kind, {
        _CHECKED_READ: source,
        _CHECKED_ORDER: (piece, phase),
        _CHECKED_UNBEGUN: None,
        _CHECKED_LAUNCH: None,
    }.get(kind, piece)


def _checked_first(groups):
    """The step in which NaN was seen first."""
    return min(found[0][4] for (kind, _), found in groups.items() if kind == _CHECKED_NAN)


def _checked_is_told(kind, piece, sentences):
    start = f"{_CHECKED_NAMES[piece]} was written in " if kind == _CHECKED_WRITTEN else "\n"
    return any(sentence.startswith(start) for sentence in sentences)


def _checked_times(count):
    return "" if count == 1 else f" ({count} times in all)"


def _checked_words(row):
    kind, piece, source, phase, _, block, run, unit = row
    if kind == _CHECKED_ORDER:
        return (
            f"phase {PHASES[phase]} was entered from {PHASES[piece]} by run {run} in block {block}: no way leads there"
        )
    if kind == _CHECKED_LAUNCH:
        why = (
            "their windows end behind the memory"
            if unit > THREADS_PER_BLOCK
            else "zero functions of the block's buffers count on all"
        )
        return f"block {block} was launched with {unit} threads, THREADS_PER_BLOCK is {THREADS_PER_BLOCK}: {why}"
    if kind == _CHECKED_UNBEGUN:
        return f"phase {PHASES[phase]} was entered before `begin` was called, by run {run} in block {block}"
    name = _CHECKED_NAMES[piece]
    where = f"{_checked_element(piece, unit)} of run {run} in block {block}"
    if kind == _CHECKED_WRITTEN and piece < _CHECKED_GUARDS:
        return f"{name} was written in phase {PHASES[phase]}, {_checked_outside(piece, phase)}: {where}"
    if kind == _CHECKED_WRITTEN:
        return f"{name} were written in phase {PHASES[phase]}: byte {unit} of run {run} in block {block}"
    if kind == _CHECKED_READ:
        why = _checked_outside(source, phase)
        return f"{_CHECKED_NAMES[source]} was read in phase {PHASES[phase]}, {why}: its poison is in {name}, {where}"
    empty = [name for index, name in enumerate(_CHECKED_NAMES[:_CHECKED_GUARDS]) if not _checked_in(index, phase)]
    listed = ", ".join(empty[:8]) + (", ..." if len(empty) > 8 else "")
    return (
        f"{name} holds NaN at the end of phase {PHASES[phase]}, {where}: something without contents was read, or the "
        f"kernel computed it. Without contents in that phase: {listed or 'nothing'}; or elements not yet written"
    )


def _checked_element(piece, unit):
    """The element of the piece in which a unit of its poison lies; for a ring also the slot."""
    pitch, item, per_item = _CHECKED_SLOTS[piece]
    slot, inside = divmod(unit * int(_CHECKED_PIECES[piece][3]), pitch)
    element = f"element {inside // item * per_item}"
    return element if pitch >= int(_CHECKED_PIECES[piece][1]) else f"{element} of slot {slot}"


def _checked_in(piece, phase):
    return any(start <= phase < end for start, end in _CHECKED_LIVES[piece])


def _checked_outside(piece, phase):
    """Why the piece has no contents in the phase."""
    lives = _CHECKED_LIVES[piece]
    if _checked_in(piece, phase):
        return "before it was written there" + (" (its reentry is dropped)" if piece in _CHECKED_DROPPED else "")
    stated = ", ".join(
        PHASES[start] if end == start + 1 else f"{PHASES[start]} to {PHASES[end - 1]}" for start, end in lives[:4]
    )
    if not lives:
        return "but its lifetime is empty"
    when = "after its lifetime had ended" if any(end <= phase for _, end in lives) else "before its lifetime begins"
    return f"{when} (live in {stated}{', ...' if len(lives) > 4 else ''})"
