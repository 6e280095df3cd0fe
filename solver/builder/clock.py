"""A timeline while it is built: phases in program order, the structures that are open, barriers."""

from __future__ import annotations

from typing import Any

from warpack.solver.builder.phases import Block, Phase, span_of, spelled_phases
from warpack.solver.builder.sites import Sites, site
from warpack.solver.builder.structures import Branch, Loop, Mark, Sequence, Track, Tracks
from warpack.solver.wire.problems import Place, Problem


class Clock:
    """The timeline of the kernel or of a component. `owner`: the component's path, "" for the kernel."""

    def __init__(self, owner: str) -> None:
        self.owner = owner
        self.phases: list[Phase] = []
        self.blocks: list[Block] = []
        self.loops: list[Loop] = []
        self.branches: list[Branch] = []
        self.tracks: list[Tracks] = []
        self.barriers: list[tuple[dict[str, Any], Place]] = []
        self.every_barrier: Place | None = None
        self.open: list[Sequence | Branch | Tracks] = []
        self.whole = Sequence(self)
        self._places: list[Place] = []
        self._named: set[str] = set()

    @property
    def whose(self) -> str:
        return f"component {self.owner}" if self.owner else "the kernel"

    @property
    def of_whom(self) -> str:
        return f" of {self.owner}" if self.owner else ""

    def named(self, span: tuple[int, int]) -> str:
        """A span for people."""
        members = self.phases[slice(*span)]
        if not members:
            return "no phase"
        return " to ".join(dict.fromkeys(str(one.spelled) for one in (members[0], members[-1])))

    def phase(self, name: str | None) -> Phase:
        """Adds a phase. Raises ValueError where names and none are mixed, a name is taken, or no phase may stand."""
        if self.phases and (self.phases[0].name is None) != (name is None):
            raise ValueError(f"either all phases of {self.whose} have names or none has")
        if name is not None and name in self._named:
            raise ValueError(
                f"{self.whose} has a phase {name!r} already: `during` is a block over phases that are there"
            )
        phase = Phase(self, len(self.phases), name)
        self.add(phase, "a phase")
        self.phases.append(phase)
        self._places.append(site())
        if name is not None:
            self._named.add(name)
        return phase

    def add(self, item: Phase | Loop | Branch | Tracks | Mark, what: str) -> None:
        """To the innermost open sequence."""
        inner = self.open[-1] if self.open else self.whole
        if not isinstance(inner, Sequence):
            lacking = "an arm: with branch.arm()" if isinstance(inner, Branch) else "a track: with tracks.track(...)"
            raise ValueError(f"{what} cannot stand here: open {lacking}")
        inner.items.append(item)

    def block_phase(self) -> Phase:
        """The one phase of the innermost `with` block over phases. Raises ValueError if there is none."""
        only = self.blocks[-1].only if self.blocks else None
        if only is None:
            raise ValueError("name the phase: no `with` block over one phase alone is open")
        return only

    def document(self, at: str, sites: Sites, problems: list[Problem]) -> dict[str, Any]:
        """The timeline as the document has it. `at`: its pointer."""
        self._put_places(at, sites)
        names = [phase.name for phase in self.phases]
        document: dict[str, Any] = {}
        if names:
            document = {"length": len(names)} if names[0] is None else {"phases": names}
        if self.loops:
            document["loops"] = [self._loop(loop) for loop in self.loops]
        if self.branches:
            document["branches"] = [self._branch(branch) for branch in self.branches]
        if self.tracks:
            document["tracks"] = [[self._track(track) for track in one.tracks] for one in self.tracks]
        barriers = self._barriers(at, sites, problems)
        if barriers:
            document["barriers"] = barriers
        self._check(at, problems)
        return document

    def _put_places(self, at: str, sites: Sites) -> None:
        for number, place in enumerate(self._places):
            sites.put(f"{at}/phases/{number}", place)
        for number, loop in enumerate(self.loops):
            sites.put(f"{at}/loops/{number}", loop.place)
        for number, branch in enumerate(self.branches):
            sites.put(f"{at}/branches/{number}", branch.place)
            for inner, arm in enumerate(branch.arms):
                sites.put(f"{at}/branches/{number}/arms/{inner}", arm.place)
        for number, tracks in enumerate(self.tracks):
            sites.put(f"{at}/tracks/{number}", tracks.place)
            for inner, track in enumerate(tracks.tracks):
                sites.put(f"{at}/tracks/{number}/{inner}", track.place)

    def _span(self, sequence: Sequence) -> list[Any]:
        start, end = sequence.span
        if start == end:
            return [start, end]
        return span_of(self.phases[start].spelled, self.phases[end - 1].spelled)

    def _loop(self, loop: Loop) -> dict[str, Any]:
        return {
            "span": self._span(loop),
            "at_least": loop.at_least,
            "breaks": spelled_phases(self, loop.breaks),
            "endless": loop.endless,
        }

    def _branch(self, branch: Branch) -> dict[str, Any]:
        uniform = {} if branch.uniform is None else {"uniform": branch.uniform}
        return {"arms": [self._span(arm) for arm in branch.arms], "may_skip": branch.may_skip, **uniform}

    def _track(self, track: Track) -> dict[str, Any]:
        return {"name": track.name, "span": self._span(track), "threads": track.threads}

    def _barriers(self, at: str, sites: Sites, problems: list[Problem]) -> Any:
        if self.every_barrier is not None:
            sites.put(f"{at}/barriers", self.every_barrier)
            if self.barriers or any(isinstance(item, Mark) for one in self._sequences() for item in one.items):
                message = "Barriers everywhere leave no room for others: leave one of the two out."
                problems.append(Problem("barrier-twice", f"{at}/barriers", message))
            return "every"
        found = list(self.barriers)
        for sequence in self._sequences():
            for number, item in enumerate(sequence.items):
                if isinstance(item, Mark):
                    side = _side(sequence.items, number)
                    if side is None:
                        message = "No phase stands beside this barrier in its block: name one more."
                        problems.append(Problem("barrier-without-phase", "", message, (), item.place))
                    else:
                        found.append((side | item.fields, item.place))
        for number, (_, place) in enumerate(found):
            sites.put(f"{at}/barriers/{number}", place)
        return [fields for fields, _ in found]

    def _sequences(self) -> list[Sequence]:
        arms = [arm for branch in self.branches for arm in branch.arms]
        return [self.whole, *self.loops, *arms, *(track for one in self.tracks for track in one.tracks)]

    def _check(self, at: str, problems: list[Problem]) -> None:
        """What the document would say otherwise than the blocks: of structures over one span it fixes which is the
        inner one."""
        for number, loop in enumerate(self.loops):
            pointer = f"{at}/loops/{number}"
            if loop.span[0] == loop.span[1]:
                problems.append(Problem("empty-loop", pointer, "No phase was added in this loop.", (), loop.place))
                continue
            arms = [branch.arms[0] for branch in self.branches if len(branch.arms) == 1]
            tracks = [one.tracks[0] for one in self.tracks if len(one.tracks) == 1]
            if any(arm.span == loop.span and loop in arm.items for arm in arms):
                message = (
                    "This loop is all of the branch's only arm: name one more phase that belongs to the arm alone."
                )
                problems.append(Problem("same-span", pointer, message, (), loop.place))
            if any(track.span == loop.span and loop not in track.items for track in tracks):
                message = (
                    "The only track in this loop is all of it: name one more phase that belongs to the loop alone."
                )
                problems.append(Problem("same-span", pointer, message, (), loop.place))


def _side(items: list[Any], number: int) -> dict[str, Any] | None:
    """Just after the phase before the mark, or just before the phase behind it."""
    before = [item for item in items[:number] if not isinstance(item, Mark)]
    if before and isinstance(before[-1], Phase):
        return {"after": before[-1].spelled}
    behind = [item for item in items[number:] if not isinstance(item, Mark)]
    return {"before": behind[0].spelled} if behind and isinstance(behind[0], Phase) else None
