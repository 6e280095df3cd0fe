"""The bytes of a block, and threads that access them one by one under a scheduler (section 10).

Two pieces lie in the same byte of the block (run-scoped ones in one run's window). A byte knows its owner: the piece
and the copy of it that was last accessed there. An access that finds what was left, and finds another owner, was
disturbed; so was a phase in which the owner changed between its first access and its last.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random

from .executions import Event, Thread
from .pieces import Piece
from .tree import Wait

ACCESS, LAST, PASS, WAIT, BRING = "access", "last", "pass", "wait", "bring"


@dataclass(frozen=True)
class Act:
    """One step of a thread: an access of piece `piece` (0 or 1), the last one of a phase, a phase that passes without
    the piece, a wait at a barrier with those of `side`, or contents that others bring."""

    what: str
    piece: int = 0
    phase: int = -1
    side: tuple[object, ...] = ()


@dataclass(frozen=True)
class Step:
    """In-place steps of the pair: phases with (the piece written, whether the step begins there), and the thread whose
    element the byte is. No other thread touches the two in such a phase, nor the one written before the next barrier of
    them all."""

    phases: Mapping[int, tuple[int, bool]]
    thread: int
    sides: frozenset[str]


def acts_of(
    thread: Thread, events: Sequence[Event], pair: tuple[Piece, Piece], phases: int, step: Step | None = None
) -> list[Act]:
    """What a thread does to the one byte that both pieces have: of run-scoped pieces, run 0 alone has its copies
    there."""
    mine = [piece.buffer.scope == "block" or thread.run == 0 for piece in pair]
    found: list[Act] = []
    waits_with: int | None = None
    for event in ((phases, False), (phases, True), *events):
        if isinstance(event, Wait):
            found.append(Act(WAIT, side=thread.side(event.scope, event.track)))
            waits_with = None if step is None or event.scope in step.sides else waits_with
            continue
        phase, over = event
        touched = [n for n, piece in enumerate(pair) if mine[n] and phase in piece.accesses]
        if step is not None and phase in step.phases and len(touched) == 2:
            found += _elementwise(thread, phase, over, *step.phases[phase], step.thread)
            waits_with = None if thread.number == step.thread else step.phases[phase][0]
            continue
        known = [Act(BRING, n, phase) for n in touched if n == waits_with and not over]
        found += known + [Act(LAST if over else ACCESS, n, phase) for n in touched if n != waits_with]
        if not over:
            passed = [n for n, piece in enumerate(pair) if mine[n] and n not in touched and (piece.drops or not phase)]
            found += [Act(PASS, n, phase) for n in passed]
    return found


def _elementwise(thread: Thread, phase: int, over: bool, write: int, begins: bool, owner: int) -> list[Act]:
    """What a thread does in a phase of an in-place step: its element's owner reads the one, then writes the other."""
    if thread.number != owner:
        return [] if over else [Act(BRING, write, phase)]
    if not begins or over:
        return [Act(LAST if over else ACCESS, write, phase)]
    return [Act(ACCESS, 1 - write, phase), Act(LAST, 1 - write, phase), Act(ACCESS, write, phase)]


State = tuple[tuple[int, ...], int, tuple[tuple[bool, ...], ...], tuple[bool, bool]]
"""Where each thread is, who owns the byte (-1: nobody), for each thread and piece what it left (or zeros still wait),
and of which pieces there are contents at all."""


class Block:
    """Threads with their acts. `members[side]`: who waits together."""

    def __init__(
        self, threads: Sequence[Thread], acts: list[list[Act]], pair: tuple[Piece, Piece], phases: int
    ) -> None:
        self.threads, self.acts, self.pair, self.phases = threads, acts, pair, phases
        self.members: dict[tuple[object, ...], list[int]] = {}
        for number, thread in enumerate(threads):
            for side in {
                ("block",),
                ("run", thread.run),
                *(("track", (*group, track)) for group, track in thread.tracks.items()),
            }:
                self.members.setdefault(side, []).append(number)

    def begin(self) -> State:
        nothing = ((False,) * 4,) * len(self.threads)
        return (0,) * len(self.threads), -1, nothing, (False, False)

    def ready(self, state: State) -> list[int]:
        """The threads that may go on; of those that wait, none before all do."""
        found = []
        for number, at in enumerate(state[0]):
            if at < len(self.acts[number]):
                act = self.acts[number][at]
                if act.what != WAIT or all(self._at(state, other) == act for other in self.members[act.side]):
                    found.append(number)
        return found

    def _at(self, state: State, number: int) -> Act | None:
        at = state[0][number]
        return self.acts[number][at] if at < len(self.acts[number]) else None

    def step(self, state: State, number: int) -> State | None:
        """The block after one step of a thread (of all who waited with it); None if something was disturbed."""
        at, owner, left, contents = state
        act = self.acts[number][at[number]]
        if act.what == WAIT:
            together = self.members[act.side]
            return tuple(p + (n in together) for n, p in enumerate(at)), owner, left, contents
        moved = (*at[:number], at[number] + 1, *at[number + 1 :])
        piece, knows = self.pair[act.piece], list(left[number])
        if not act.phase:
            knows[2 + act.piece] = False
        if act.what == PASS:
            knows[act.piece] = knows[act.piece] and not piece.drops
        elif act.what == BRING:
            knows[act.piece] = True
        elif act.what == LAST and owner != act.piece:
            return None
        elif act.what == ACCESS:
            lost = owner != act.piece and act.phase in piece.needs
            if (lost and (contents[act.piece] if piece.derived else knows[act.piece])) or knows[3 - act.piece]:
                return None
            owner = act.piece
            knows[act.piece] = knows[act.piece] or act.phase in piece.brings
            knows[2 + act.piece] = knows[2 + act.piece] or act.phase == self.phases
            if act.phase in piece.brings:
                contents = (contents[0] or act.piece == 0, contents[1] or act.piece == 1)
        return moved, owner, (*left[:number], tuple(knows), *left[number + 1 :]), contents


def disturbed_in_some_order(block: Block, limit: int) -> bool | None:
    """Whether any interleaving has a disturbance; None where there are more states than `limit`."""
    seen, waiting = {block.begin()}, [block.begin()]
    while waiting:
        state = waiting.pop()
        for number in block.ready(state):
            after = block.step(state, number)
            if after is None:
                return True
            if after not in seen:
                seen.add(after)
                waiting.append(after)
        if len(seen) > limit:
            return None
    return False


def disturbed_at_random(block: Block, rng: Random, schedules: int) -> bool:
    """Whether one of so many schedules has a disturbance: each thread once as the slowest, the others any order."""
    for number in range(schedules):
        state: State | None = block.begin()
        slowest = number if number < len(block.threads) else -1
        while state is not None and (ready := block.ready(state)):
            quick = [one for one in ready if one != slowest]
            state = block.step(state, rng.choice(quick or ready))
        if state is None:
            return True
    return False
