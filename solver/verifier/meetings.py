"""Pairs of pieces that share a byte while one is accessed and the other occupied: a sweep over the phases that does not
compare all pairs."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from heapq import heappop, heappush
from typing import NamedTuple

from warpack.solver.verifier.spans import Spans
from warpack.solver.wire.units import Bytes, Phase


class Claim(NamedTuple):
    """The piece of this number takes the bytes `[start, end)` in these phases."""

    number: int
    start: Bytes
    end: Bytes
    phases: Spans


_HOLDS, _COMES = 0, 1


def meetings(holders: Sequence[Claim], comers: Sequence[Claim]) -> Iterator[tuple[int, int]]:
    """The numbers of a holder and a comer that share a byte in some phase. A pair may come more than once, each time
    for another span of phases. Two claims of one number are no pair. If a comer starts together with a holder's claim
    of the same number, only the first is used."""
    comings = {(claim.number, claim.start, start) for claim in comers for start, _ in claim.phases}
    events = [(start, _HOLDS, end, claim) for claim in holders for start, end in claim.phases]
    late = any((claim.number, claim.start, start) not in comings for start, _, _, claim in events)
    events += [(start, _COMES, end, claim) for claim in comers for start, end in claim.phases]
    events.sort(key=_when)
    held, come = _Layers(), _Layers()
    for phase, side, end, claim in events:
        held.leave(phase)
        if side == _COMES:
            for other in held.sharing(claim):
                if other.number != claim.number:
                    yield other.number, claim.number
            if late:
                come.leave(phase)
                come.enter(claim, end)
        else:
            if late and (claim.number, claim.start, phase) not in comings:
                come.leave(phase)
                for other in come.sharing(claim):
                    if other.number != claim.number:
                        yield claim.number, other.number
            held.enter(claim, end)


def _when(event: tuple[Phase, int, Phase, Claim]) -> tuple[Phase, int]:
    return event[0], event[1]


class _Layers:
    """The claims that hold now. Claims that share bytes lie in different layers; in each layer a claim is found by
    where it starts."""

    def __init__(self) -> None:
        self._starts: list[list[Bytes]] = []
        self._claims: list[list[Claim]] = []
        self._leaving: list[tuple[Phase, int, int, Bytes]] = []
        self._entered = 0

    def sharing(self, one: Claim) -> Iterator[Claim]:
        """The claims that share bytes with this one."""
        for starts, claims in zip(self._starts, self._claims, strict=True):
            first = bisect_right(starts, one.start)
            if first and claims[first - 1].end > one.start:
                first -= 1
            yield from claims[first : bisect_left(starts, one.end)]

    def enter(self, claim: Claim, end: Phase) -> None:
        """Adds a claim until the phase `end`."""
        layer = 0
        for starts, claims in zip(self._starts, self._claims, strict=True):
            at = bisect_left(starts, claim.start)
            if (at == 0 or claims[at - 1].end <= claim.start) and (at == len(starts) or starts[at] >= claim.end):
                break
            layer += 1
        else:
            at, starts, claims = 0, [], []
            self._starts.append(starts)
            self._claims.append(claims)
        starts.insert(at, claim.start)
        claims.insert(at, claim)
        self._entered += 1
        heappush(self._leaving, (end, self._entered, layer, claim.start))

    def leave(self, phase: Phase) -> None:
        """Removes the claims whose phases have ended."""
        while self._leaving and self._leaving[0][0] <= phase:
            _, _, layer, start = heappop(self._leaving)
            at = bisect_left(self._starts[layer], start)
            del self._starts[layer][at], self._claims[layer][at]
