"""What a kernel and its components have: phases, structures, barriers, buffers, components inside."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import combinations
from types import EllipsisType, TracebackType
from typing import TYPE_CHECKING, Any, Literal

from warpack.solver.builder.buffers import Buffer, Part, name_of
from warpack.solver.builder.clock import Clock
from warpack.solver.builder.phases import Block, Phase, PhaseLike, Phases, spelled_phase, spelled_phases
from warpack.solver.builder.sites import Sites, site
from warpack.solver.builder.structures import Branch, Loop, Mark, Maybe, Tracks, Uniform
from warpack.solver.builder.times import Interval, Times, spelled_intervals
from warpack.solver.builder.values import Size, differing, spelled_dtype
from warpack.solver.wire.problems import Problem

if TYPE_CHECKING:
    from warpack.solver.builder.kernel import Kernel

BarrierScope = Literal["block", "run", "track"]


class Scope:
    """Calls act in the innermost `with component` that is open below this one; if none is, in this one itself."""

    def __init__(self, kernel: Kernel, path: str, clock: Clock) -> None:
        self._kernel, self._path, self._clock = kernel, path, clock

    def _here(self) -> Scope:
        inside = self._path + "/" if self._path else ""
        for one in reversed(self._kernel._entered):
            if one is self or one._path.startswith(inside):
                return one
        return self

    def phase(self, name: str | None = None) -> Phase:
        """Adds a step to the timeline, in program order: inside the structures that are open. As a `with` block it
        gives its buffers their lifetime. Without a name it has an index alone."""
        return self._here()._clock.phase(name)

    def phases(self, *names: str | None) -> Phases:
        """Adds several steps. `with kernel.phases("load", "compute") as (load, compute):` is a block whose buffers live
        from the first to the last. Raises ValueError without any."""
        if not names:
            raise ValueError("phases: name at least one")
        clock = self._here()._clock
        return Phases(clock, tuple(clock.phase(name) for name in names))

    def during(self, first: Phase, last: Phase | None = None) -> Block:
        """A `with` block over phases that are there already: buffers that are declared in it live from `first` to
        `last`, both included."""
        clock = self._here()._clock
        spelled_phases(clock, [first, last or first])
        return Block(clock, first, last or first)

    def loop(self, *, at_least: Literal[0, 1] = 0, breaks: Iterable[PhaseLike] = (), endless: bool = False) -> Loop:
        """A `with` block: phases added in it run any number of times, or not at all unless `at_least` is 1. `breaks`
        (also `loop.break_after`): a trip may end the loop right after these. `endless`: it is always entered, and left
        by its breaks alone."""
        return Loop(self._here()._clock, at_least=at_least, breaks=tuple(breaks), endless=endless)

    def branch(self, *, may_skip: bool = False, uniform: Uniform | None = None) -> Branch:
        """A `with` block, and in it `with branch.arm():` for each way. `uniform`: the threads that choose together;
        None: each for itself."""
        return Branch(self._here()._clock, may_skip=may_skip, uniform=uniform)

    def maybe(self, *, uniform: Uniform | None = None) -> Maybe:
        """A `with` block that may be skipped: `if` without `else`. It is a branch of one arm."""
        return Maybe(Branch(self._here()._clock, may_skip=True, uniform=uniform))

    def tracks(self) -> Tracks:
        """A `with` block, and in it `with tracks.track(name, threads=n):` for each: they run at once, on threads of
        their own (warp specialisation)."""
        return Tracks(self._here()._clock)

    def barrier(
        self,
        *,
        before: PhaseLike | None = None,
        after: PhaseLike | None = None,
        scope: BarrierScope = "block",
        proxy_fence: bool = False,
    ) -> None:
        """Threads wait for one another here: between the phase that was added last and the next one of this block; or
        `before` or `after` the phase that is named. Raises ValueError if both are."""
        clock = self._here()._clock
        fields: dict[str, Any] = {} if scope == "block" else {"scope": scope}
        fields |= {} if proxy_fence is False else {"proxy_fence": proxy_fence}
        if before is not None and after is not None:
            raise ValueError("a barrier stands before a phase or after one: name one of the two")
        if before is None and after is None:
            clock.add(Mark(fields), "a barrier")
        elif before is not None:
            clock.barriers.append(({"before": spelled_phase(clock, before)} | fields, site()))
        elif after is not None:
            clock.barriers.append(({"after": spelled_phase(clock, after)} | fields, site()))

    def barriers_everywhere(self) -> None:
        """A barrier before every phase but the first, and before that too where it is the head of a loop."""
        self._here()._clock.every_barrier = site()

    def component(
        self,
        path: str,
        *,
        active: Interval | list[Interval] | None = None,
        window: Literal["flat", "contiguous"] = "flat",
        called_in: Iterable[PhaseLike] | None = None,
    ) -> Component:
        """A part of this one, or the one of that path that is there already. As a `with` block: calls on the kernel act
        in it. As a decorator: the function is called with the component at once, and its name becomes the component.

        `active`: phases in which it runs. `window` "contiguous": its shared buffers lie in one hull. `called_in`: it
        has phases of its own, and runs once in each of these phases of its parent (more by `call_in`).
        Raises ValueError where it is there and one of these is given.
        """
        here = self._here()
        full = f"{here._path}/{path}" if here._path else path
        known = self._kernel._components.get(full)
        if known is not None:
            if active is not None or window != "flat" or called_in is not None:
                raise ValueError(f"component {full} is there already, with what was said of it then")
            return known
        made = Component(here, full, active=active, window=window, called_in=called_in)
        self._kernel._components[full] = made
        return made

    def buffer(
        self,
        name: str,
        size: Size,
        dtype: Any,
        *,
        scope: Literal["run", "block"] = "run",
        location: Literal["shared", "local", "auto"] = "shared",
        persistent: bool = False,
        lifetime: Times | EllipsisType | None = ...,
        reentry: Literal["kept", "dropped"] = "kept",
        asynchronous: bool = False,
        stages: int = 1,
        splittable: bool = False,
        alignment_bytes: int | None = None,
        pinned_offset_bytes: int | None = None,
        aliases: Buffer | str | Iterable[Buffer | str] = (),
        zero: Literal[False, True, "entry", "interval"] = False,
        accesses: int | None = None,
    ) -> Buffer:
        """Declares a buffer of `size` elements; `Kernel.per_thread(k)` and `per_warp(k)` are sizes that grow with the
        block. `dtype`: a name, a NumPy or numba type, or `Kernel.opaque(itemsize_bytes, alignment_bytes)`.

        `lifetime`: phases, `(first, last)`, a list of such intervals, "active" for those of the component, None for
        every phase; if it is not given, the innermost `with` block over phases, else every phase. `write`, `update` and
        `read` of the handle say the accesses in its place. `asynchronous`: TMA, a bulk copy or wgmma touches it. The
        other arguments are the fields of docs/manifest.md.
        """
        here = self._here()
        usual = {"scope": "run", "location": "shared", "reentry": "kept", "stages": 1}
        usual |= dict.fromkeys(("persistent", "async", "splittable", "zero"), False)
        stated = {
            "scope": scope,
            "location": location,
            "persistent": persistent,
            "reentry": reentry,
            "async": asynchronous,
            "stages": stages,
            "splittable": splittable,
            "alignment_bytes": alignment_bytes,
            "pinned_offset_bytes": pinned_offset_bytes,
            "zero": zero,
            "accesses": accesses,
        }
        fields = {"name": name, "size": size, "dtype": spelled_dtype(dtype)} | differing(stated, usual)
        made = Buffer(here._clock, here._path, lifetime, fields)
        made.alias(*([aliases] if isinstance(aliases, Buffer | str) else aliases))
        self._kernel._buffers.append(made)
        return made

    def in_place(
        self, *, read: Buffer | Part | str, write: Buffer | Part | str, phase: PhaseLike | None = None
    ) -> None:
        """In `phase` (None: that of the `with` block) `write` is computed from `read`, element by element and by the
        same thread: it may take the very bytes."""
        clock = self._here()._clock
        where = spelled_phase(clock, clock.block_phase() if phase is None else phase)
        self._kernel._in_place.append(({"phase": where, "read": name_of(read), "write": name_of(write)}, site()))

    def apart(self, *buffers: Buffer | str) -> None:
        """No two of these ever share a byte, whatever their lifetimes."""
        self._kernel._apart += [([name_of(one), name_of(other)], site()) for one, other in combinations(buffers, 2)]


class Component(Scope):
    """A node of the kernel's tree of parts. Made by `component`."""

    def __init__(
        self,
        parent: Scope,
        path: str,
        *,
        active: Interval | list[Interval] | None,
        window: Literal["flat", "contiguous"],
        called_in: Iterable[PhaseLike] | None,
    ) -> None:
        super().__init__(parent._kernel, path, parent._clock if called_in is None else Clock(path))
        self._place, self._parents, self._window = site(), parent._clock, window
        self._called_in: list[PhaseLike] = []
        self._active = None if active is None else spelled_intervals(self._clock, active)
        if called_in is not None:
            self.call_in(*called_in)

    @property
    def path(self) -> str:
        """Its names from the outermost part, joined by slashes."""
        return self._path

    def call_in(self, *phases: PhaseLike) -> None:
        """It runs once in each of these phases of its parent too. Raises ValueError where it has no phases of its
        own."""
        if self._clock is self._parents:
            raise ValueError(f"{self._path} counts in the phases of {self._clock.whose}: make it with called_in=[...]")
        self._called_in += spelled_phases(self._parents, phases)

    def __enter__(self) -> Component:
        self._kernel._entered.append(self)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._kernel._entered.remove(self)

    def __call__(self, body: Callable[[Component], object]) -> Component:
        """As a decorator: `body` is called with the component, and becomes it."""
        with self:
            body(self)
        return self

    def _document(self, at: str, sites: Sites, problems: list[Problem]) -> dict[str, Any]:
        sites.put(at, self._place)
        document: dict[str, Any] = {"path": self._path}
        if self._active is not None:
            document["active"] = self._active
        if self._window != "flat":
            document["window"] = self._window
        if self._clock is not self._parents:
            document["timeline"] = self._clock.document(f"{at}/timeline", sites, problems)
            document["called_in"] = self._called_in
        return document

    def __repr__(self) -> str:
        own = f", {len(self._clock.phases)} phases of its own" if self._clock is not self._parents else ""
        return f"<Component {self._path}{own}>"
