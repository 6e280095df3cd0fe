"""Random timelines for random programs: structures nested in one another, with the barriers that may stand in them."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random
from typing import Any, NamedTuple

_SAME_SPAN = {"loop": ("loop",), "one": ("loop",), "skip": ()}
"""What may lie inside a structure over the very same span: inside a loop also a branch of two arms, inside `one` arm of
several or track a loop, inside the only arm of a branch nothing."""


@dataclass
class Plan:
    """A timeline in indices. `allowed[p]`: the scopes of barriers that may stand at phase p. `arms[p]` and `tracks[p]`:
    the arms and the track around it, outermost first. `names`: whether the document writes phases by name."""

    length: int = 0
    loops: list[dict[str, Any]] = field(default_factory=list)
    branches: list[dict[str, Any]] = field(default_factory=list)
    groups: list[list[dict[str, Any]]] = field(default_factory=list)
    barriers: list[dict[str, Any]] | str = field(default_factory=list)
    allowed: list[tuple[str, ...]] = field(default_factory=list)
    arms: list[tuple[tuple[int, int], ...]] = field(default_factory=list)
    tracks: list[tuple[int, int] | None] = field(default_factory=list)
    names: bool = False

    def phase(self, phase: int) -> int | str:
        return f"p{phase}" if self.names else phase

    def span(self, start: int, end: int) -> list[int | str]:
        """A span or interval as the document writes it: half-open in indices, both inclusive in names."""
        return [self.phase(start), self.phase(end - 1)] if self.names else [start, end]

    def document(self) -> dict[str, Any]:
        timeline: dict[str, Any] = (
            {"phases": [f"p{p}" for p in range(self.length)]} if self.names else {"length": self.length}
        )
        timeline["loops"] = [
            self.span(*loop["span"])
            if loop.keys() == {"span"}
            else {
                **loop,
                "span": self.span(*loop["span"]),
                **({"breaks": [self.phase(p) for p in loop["breaks"]]} if "breaks" in loop else {}),
            }
            for loop in self.loops
        ]
        timeline["branches"] = [
            {**branch, "arms": [self.span(*arm) for arm in branch["arms"]]} for branch in self.branches
        ]
        timeline["tracks"] = [
            [{**track, "span": self.span(*track["span"])} for track in group] for group in self.groups
        ]
        timeline["barriers"] = (
            self.barriers
            if isinstance(self.barriers, str)
            else [
                {key: self.phase(value) if key in ("before", "after") else value for key, value in one.items()}
                for one in self.barriers
            ]
        )
        return {key: value for key, value in timeline.items() if value != []}


class _Inside(NamedTuple):
    """What is round the phases to be made: `allowed` scopes of barriers, arms, the track, and how deep that is."""

    allowed: tuple[str, ...]
    arms: tuple[tuple[int, int], ...] = ()
    track: tuple[int, int] | None = None
    depth: int = 0


class TimelineMaker:
    """`allowed`: the scopes of barriers that may stand outermost; `tracks`: whether there may be tracks."""

    def __init__(
        self, rng: Random, phases: int, per_run: int, allowed: tuple[str, ...] = ("run", "block"), tracks: bool = True
    ) -> None:
        self.rng, self.per_run, self.plan = rng, per_run, Plan(names=rng.random() < 0.3)
        self.may_track = tracks
        self._fill(phases, _Inside(allowed))
        self._exits()
        self._barriers()
        rng.shuffle(self.plan.branches)

    def _fill(self, phases: int, here: _Inside, outer: str = "top") -> None:
        """`outer`: what has this very span; a structure over all of it must be one that may have the same."""
        whole = phases
        while phases:
            count = self.rng.randint(1, phases)
            may = ("loop", "branch", "tracks") if count < whole or outer == "top" else _SAME_SPAN[outer]
            if here.depth >= 3 or self.rng.random() < 0.45 or not may:
                count = 1
                self._phase(here)
            elif self.rng.random() < 0.5 and "loop" in may:
                inside = "loop" if count < whole or outer in ("top", "loop") else "one"
                self._loop(count, here, inside)
            elif (
                "tracks" in may
                and self.may_track
                and not (here.track or here.arms)
                and count > 1
                and self.rng.random() < 0.5
            ):
                self._tracks(count, here)
            elif "branch" in may or (outer == "loop" and count > 1):
                self._branch(count, here, 1 if "branch" in may else 2)
            else:
                continue
            phases -= count

    def _phase(self, here: _Inside) -> None:
        self.plan.length += 1
        self.plan.allowed.append(here.allowed)
        self.plan.arms.append(here.arms)
        self.plan.tracks.append(here.track)

    def _loop(self, count: int, here: _Inside, outer: str) -> None:
        start = self.plan.length
        loop: dict[str, Any] = {"span": [start, start + count]}
        self.plan.loops.append(loop)
        if self.rng.random() < 0.4:
            loop["at_least"] = 1
        self._fill(count, here._replace(depth=here.depth + 1), outer)

    def _branch(self, count: int, here: _Inside, least: int) -> None:
        number = min(count, max(least, self.rng.choice((1, 2, 2, 3))))
        branch: dict[str, Any] = {"arms": [], "may_skip": number == 1 or self.rng.random() < 0.4}
        uniform = self.rng.choice((None, "run", "block", "block", "block", "block"))
        if uniform is not None:
            branch["uniform"] = uniform
        scopes = tuple(s for s in here.allowed if uniform == "block" or (uniform == "run" and s == "run"))
        self.plan.branches.append(branch)
        ident = id(branch)
        for arm, size in enumerate(self._cut(count, number)):
            branch["arms"].append([self.plan.length, self.plan.length + size])
            inside = _Inside(scopes, (*here.arms, (ident, arm)), here.track, here.depth + 1)
            self._fill(size, inside, "one" if number > 1 else "skip")

    def _tracks(self, count: int, here: _Inside) -> None:
        number = min(count, self.rng.choice((2, 2, 3)))
        group: list[dict[str, Any]] = []
        self.plan.groups.append(group)
        rest = self.rng.randrange(number)
        for track, size in enumerate(self._cut(count, number)):
            threads = "rest" if track == rest else self.rng.choice((2, 4, 32, 32, 64))
            group.append({"name": f"t{track}", "span": [self.plan.length, self.plan.length + size], "threads": threads})
            scopes = ("track", "run") if "run" in here.allowed else ("track",)
            self._fill(size, _Inside(scopes, here.arms, (len(self.plan.groups), track), here.depth + 1), "one")

    def _cut(self, count: int, number: int) -> list[int]:
        cuts = sorted(self.rng.sample(range(1, count), number - 1))
        return [after - before for before, after in zip([0, *cuts], [*cuts, count], strict=True)]

    def _exits(self) -> None:
        for loop in self.plan.loops:
            start, end = loop["span"]
            inside = [
                p
                for p in range(start, end)
                if self.plan.tracks[p] == self.plan.tracks[start] or self.plan.tracks[p] is None
            ]
            inside = [p for p in inside if self._same_track(loop, p)]
            if inside and self.rng.random() < 0.35:
                loop["breaks"] = sorted(self.rng.sample(inside, min(len(inside), self.rng.choice((1, 1, 2)))))
                if self.rng.random() < 0.3:
                    loop["endless"] = True
                    loop.pop("at_least", None)

    def _same_track(self, loop: dict[str, Any], phase: int) -> bool:
        """Whether no track lies between the loop and the phase."""
        track = self.plan.tracks[phase]
        if track is None:
            return True
        start, end = self.plan.groups[track[0] - 1][track[1]]["span"]
        return bool(start <= loop["span"][0] and loop["span"][1] <= end)

    def _barriers(self) -> None:
        plan, chance = self.plan, self.rng.choice((0.0, 0.3, 0.6, 0.9))
        if self.rng.random() < 0.06 and all("block" in each for each in plan.allowed):
            plan.barriers = "every"
            return
        assert isinstance(plan.barriers, list)
        for phase, allowed in enumerate(plan.allowed):
            for side in ("before", "after"):
                if allowed and self.rng.random() < (chance if side == "before" else chance / 2):
                    barrier: dict[str, Any] = {side: phase}
                    scope = self.rng.choice((*allowed, "block")) if "block" in allowed else self.rng.choice(allowed)
                    if scope == "run" and not (32 % self.per_run == 0 or self.per_run % 32 == 0):
                        continue
                    barrier["scope"] = scope
                    if self.rng.random() < 0.4:
                        barrier["proxy_fence"] = True
                    plan.barriers.append(barrier)
