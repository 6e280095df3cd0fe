"""Loops, branches and tracks as `with` blocks: the phases that are added in one belong to it."""

from __future__ import annotations

from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal

from warpack.solver.builder.phases import Phase, PhaseLike
from warpack.solver.builder.sites import site

if TYPE_CHECKING:
    from warpack.solver.builder.clock import Clock

Uniform = Literal["run", "block"]


class Mark:
    """A barrier between two things of a sequence."""

    def __init__(self, fields: dict[str, Any]) -> None:
        self.fields, self.place = fields, site()


class Sequence:
    """What is added in one block, in program order: the whole, a loop's body, an arm, a track."""

    def __init__(self, clock: Clock) -> None:
        self.clock, self.place = clock, site()
        self.items: list[Phase | Sequence | Branch | Tracks | Mark] = []
        self.start, self.end = len(clock.phases), -1

    @property
    def span(self) -> tuple[int, int]:
        """Half-open, in indices."""
        return self.start, len(self.clock.phases) if self.end < 0 else self.end

    def _open(self) -> None:
        self.start = len(self.clock.phases)
        self.clock.open.append(self)

    def _close(self) -> None:
        self.end = len(self.clock.phases)
        if self.clock.open.pop() is not self:
            raise RuntimeError("blocks of a timeline must end in the reverse order of their beginnings")

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._close()


class Loop(Sequence):
    """The phases added in the block run any number of times."""

    def __init__(self, clock: Clock, *, at_least: Literal[0, 1], breaks: tuple[PhaseLike, ...], endless: bool) -> None:
        super().__init__(clock)
        self.at_least, self.endless = at_least, endless
        self.breaks: list[PhaseLike] = list(breaks)

    def break_after(self, *phases: PhaseLike) -> None:
        """A trip may end this loop right after one of these: `if (...) break;`. They may lie in inner loops and arms,
        which are left too."""
        self.breaks += phases

    def __enter__(self) -> Loop:
        self.clock.add(self, "a loop")
        self.clock.loops.append(self)
        self._open()
        return self

    def __repr__(self) -> str:
        return f"<Loop over {self.clock.named(self.span)}>"


class Arm(Sequence):
    """One of the ways of a branch."""

    def __init__(self, branch: Branch) -> None:
        super().__init__(branch.clock)
        self._branch = branch

    def __enter__(self) -> Arm:
        self._branch.arms.append(self)
        self._open()
        return self


class Branch:
    """`with kernel.branch() as branch:`, and in it `with branch.arm():` once for each way. Exactly one arm runs."""

    def __init__(self, clock: Clock, *, may_skip: bool, uniform: Uniform | None) -> None:
        self.clock, self.may_skip, self.uniform, self.place = clock, may_skip, uniform, site()
        self.arms: list[Arm] = []

    def arm(self) -> Arm:
        """The next arm, a `with` block."""
        return Arm(self)

    def __enter__(self) -> Branch:
        self.clock.add(self, "a branch")
        self.clock.branches.append(self)
        self.clock.open.append(self)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.clock.open.pop()

    def __repr__(self) -> str:
        return f"<Branch of {len(self.arms)} arms: {', '.join(self.clock.named(arm.span) for arm in self.arms)}>"


class Maybe(Arm):
    """A branch of one arm that may be skipped."""

    def __enter__(self) -> Maybe:
        self._branch.__enter__()
        super().__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._close()
        self._branch.__exit__(kind, error, trace)


class Track(Sequence):
    """What some of the block's threads run while others run the other tracks."""

    def __init__(self, tracks: Tracks, name: str, threads: int | Literal["rest"]) -> None:
        super().__init__(tracks.clock)
        self._tracks, self.name, self.threads = tracks, name, threads

    def __enter__(self) -> Track:
        self._tracks.tracks.append(self)
        self._open()
        return self


class Tracks:
    """`with kernel.tracks() as tracks:`, and in it `with tracks.track(name, threads=n):` once for each, in the order of
    the block's threads. All run at once."""

    def __init__(self, clock: Clock) -> None:
        self.clock, self.place = clock, site()
        self.tracks: list[Track] = []

    def track(self, name: str, *, threads: int | Literal["rest"]) -> Track:
        """The next track, a `with` block. `threads` "rest": all that the others leave."""
        return Track(self, name, threads)

    def __enter__(self) -> Tracks:
        self.clock.add(self, "tracks")
        self.clock.tracks.append(self)
        self.clock.open.append(self)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.clock.open.pop()

    def __repr__(self) -> str:
        told = ", ".join(f"{track.name}: {self.clock.named(track.span)}" for track in self.tracks)
        return f"<Tracks {told}>"
