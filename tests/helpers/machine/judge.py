"""The question of section 5 asked of all executions: could two pieces in the same bytes ever disturb each other?

Every execution is run, event by event, with a watcher beside it that knows what the shared bytes hold; executions that
come to the same point with the same bytes go on as one, so loops run any number of times and the search still ends. One
thread is enough to see contents destroyed between where they are left and where they are found again. Two threads see
accesses that no barrier orders: what the one did since the last barrier of theirs may just as well come after what the
other does.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property

from warpack.solver.wire.manifest import Manifest

from .graph import FIRST, SECOND, Compiler, Runner
from .pieces import Piece, pieces_of
from .threads import GroupKey, Sharing, groups_of, runs_lie_whole, sharings
from .tree import Program, Wait, program_of

NOTHING, LEFT, DESTROYED, ZEROED = 0, 1, 2, 3
"""What a holder's bytes are to the way so far: nothing it left, contents it left, those overwritten, zeros from the
start."""

Handed = Mapping[int, tuple[str, str, bool]]
"""Flattened phases in which one piece is computed in place of another: the names of the one read and the one written,
and whether the step begins there (a calling phase is several)."""


class Judge:
    """One manifest with all its executions."""

    def __init__(self, manifest: Manifest) -> None:
        self.manifest = manifest
        self.program: Program = program_of(manifest)
        self.pieces: dict[str, Piece] = pieces_of(manifest, self.program)
        self._compiled: dict[tuple[Sharing, bool], Compiler] = {}
        self._runners: dict[tuple[Sharing, str], Runner] = {}

    @cached_property
    def whole(self) -> frozenset[GroupKey]:
        groups = groups_of(self.manifest, self.program)
        return frozenset(key for key, group in groups.items() if runs_lie_whole(self.manifest, group))

    def disturbs(self, one: str, other: str, handed: Handed | None = None) -> bool:
        """Whether some execution has an access of one piece disturb what is needed of the other."""
        a, b, handed = self.pieces[one], self.pieces[other], handed or {}
        names = {a.buffer.full_name, b.buffer.full_name}
        if any(set(pair) == names for pair in self.manifest.apart):
            return True
        if not (a.accesses and b.accesses and a.size and b.size):
            return False
        if a.buffer.persistent or b.buffer.persistent:
            return True
        alias = b.buffer.full_name in a.buffer.aliases or a.buffer.full_name in b.buffer.aliases
        if alias and not (a.buffer.lifetime_given and b.buffer.lifetime_given):
            return False
        if (a.accesses & b.accesses) - handed.keys():
            return True
        return any(
            self._disturbs(a, b, sharing, handed, alias) for sharing in sharings(self.manifest, self.program, a, b)
        )

    def _disturbs(self, a: Piece, b: Piece, sharing: Sharing, handed: Handed, alias: bool) -> bool:
        alone = self.runner(sharing, "alone")
        for holder, intruder in ((a, b), (b, a)):
            if alias and not holder.derived:
                continue
            met = _not_beside(intruder, holder, alone) if alias else intruder
            if loses(alone, holder, met, handed):
                return True
        if alias:
            return False
        if any(p in a.accesses and q in b.accesses and {p, q} - handed.keys() for p, q in alone.overlaps):
            return True
        if sharing.several:
            both = self.runner(sharing, "both")
            turned = a.buffer.asynchronous and not b.buffer.asynchronous
            return overtakes(both, *((b, a) if turned else (a, b)), handed)
        if a.buffer.asynchronous != b.buffer.asynchronous:
            generic, fast = (b, a) if a.buffer.asynchronous else (a, b)
            return unfenced(self.runner(sharing, "fenced"), generic, fast)
        return False

    def runner(self, sharing: Sharing, kind: str) -> Runner:
        """`kind`: one thread "alone" (no barriers), with its "fenced" ones or with all that cover ("ordered"); or
        "both"."""
        if (sharing, kind) not in self._runners:
            key = sharing, kind != "both"
            if key not in self._compiled:
                self._compiled[key] = Compiler(self.program, sharing, self.whole, key[1]).whole_program()

            def keep(wait: Wait) -> bool:
                if kind == "fenced":
                    return wait.fence
                return kind == "both" or (kind == "ordered" and sharing.covered_by(wait, self.whole))

            self._runners[sharing, kind] = self._compiled[key].runner(keep)
        return self._runners[sharing, kind]


def _not_beside(intruder: Piece, holder: Piece, alone: Runner) -> Piece:
    """The intruder without what it does in components that are called beside those of the holder: an alias outweighs
    that."""
    beside = {q for p, q in alone.overlaps if p in holder.accesses} | {
        p for p, q in alone.overlaps if q in holder.accesses
    }
    return replace(intruder, accesses=intruder.accesses - beside)


def loses(runner: Runner, holder: Piece, intruder: Piece, handed: Handed) -> bool:
    """Whether one thread may find something of the holder destroyed by an access of the intruder."""
    begun = [(to, ZEROED if holder.entry else NOTHING) for _, to in runner.moves[runner.start]]
    seen, waiting = set(begun), list(begun)
    while waiting:
        point, state = waiting.pop()
        for event, to in runner.moves[point]:
            assert not isinstance(event, Wait)
            after = _watched(event[0], state, holder, intruder, handed)
            if after is None:
                return True
            if (to, after) not in seen:
                seen.add((to, after))
                waiting.append((to, after))
    return False


def _watched(phase: int, state: int, holder: Piece, intruder: Piece, handed: Handed) -> int | None:
    """What the holder's bytes are after one more phase; None if a disturbance has happened."""
    if state == ZEROED and phase:
        return None if phase in intruder.accesses else ZEROED
    if state == ZEROED:
        state = LEFT
    if phase in holder.accesses:
        begins_here = phase not in handed or handed[phase][2] or handed[phase][1] == holder.name
        if state == DESTROYED and phase in holder.needs and begins_here:
            return None
        if phase in intruder.accesses:
            return DESTROYED if handed[phase][0] == holder.name else LEFT
        return LEFT if phase in holder.brings else state
    if holder.drops or state == NOTHING:
        return NOTHING
    return DESTROYED if phase in intruder.accesses else state


def overtakes(runner: Runner, a: Piece, b: Piece, handed: Handed) -> bool:
    """Whether the first thread's access of `a` and the second's of `b` may come in either order; where only `b` is
    asynchronous, an access of `a` has passed only with a barrier that has a proxy fence."""
    fenced = b.buffer.asynchronous and not a.buffer.asynchronous
    start = (runner.start, False, False, False)
    seen, waiting = {start}, [start]
    while waiting:
        point, first, second, lingering = waiting.pop()
        for event, to in runner.moves[point]:
            if isinstance(event, Wait):
                after = (to, False, False, lingering and not event.fence)
            else:
                phase, who = event
                now_first = bool(who & FIRST) and phase in a.accesses
                now_second = bool(who & SECOND) and phase in b.accesses
                if phase in handed:
                    now_first = now_first and handed[phase][1] == a.name
                    now_second = now_second and handed[phase][1] == b.name
                if (now_first or first) and (now_second or second):
                    return True
                if now_second and lingering:
                    return True
                after = (to, first or now_first, second or now_second, lingering or (fenced and now_first))
            if after not in seen:
                seen.add(after)
                waiting.append(after)
    return False


def unfenced(runner: Runner, generic: Piece, fast: Piece) -> bool:
    """Whether one thread may come from an access of the one to one of the asynchronous other without a proxy fence."""
    seen, waiting = {(runner.start, False)}, [(runner.start, False)]
    while waiting:
        point, lingering = waiting.pop()
        for event, to in runner.moves[point]:
            after = False
            if not isinstance(event, Wait):
                if lingering and event[0] in fast.accesses:
                    return True
                after = lingering or event[0] in generic.accesses
            if (to, after) not in seen:
                seen.add((to, after))
                waiting.append((to, after))
    return False
