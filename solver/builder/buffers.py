"""Handles of buffers and their parts."""

from __future__ import annotations

from types import EllipsisType
from typing import TYPE_CHECKING, Any, Literal, Self

from warpack.solver.builder.phases import Block, PhaseLike, span_of, spelled_phase
from warpack.solver.builder.sites import Sites, site
from warpack.solver.builder.times import Times, spelled_times
from warpack.solver.wire.problems import Place

if TYPE_CHECKING:
    from warpack.solver.builder.clock import Clock

Kind = Literal["writes", "updates", "reads"]


class Timed:
    """What has a lifetime: a buffer or a part. It comes from the calls `write`, `update` and `read`, if there are any;
    else from `lifetime`; else from the innermost `with` block over phases; else it is every phase."""

    def __init__(self, clock: Clock, lifetime: Times | EllipsisType | None) -> None:
        self.place: Place = site()
        self._clock = clock
        self._block: Block | None = clock.blocks[-1] if lifetime is ... and clock.blocks else None
        self._lifetime = None if lifetime is None or lifetime is ... else spelled_times(clock, lifetime)
        self._accesses: dict[Kind, list[tuple[str | int, Place]]] = {}

    def write(self, *phases: PhaseLike) -> Self:
        """In each of these phases it is overwritten, every element, before anything reads it there. Without any: in the
        phase of the `with` block."""
        return self._access("writes", phases)

    def update(self, *phases: PhaseLike) -> Self:
        """In each of these phases some elements are written, or it is read first."""
        return self._access("updates", phases)

    def read(self, *phases: PhaseLike) -> Self:
        """In each of these phases it is only read."""
        return self._access("reads", phases)

    def _access(self, kind: Kind, phases: tuple[PhaseLike, ...]) -> Self:
        for phase in phases or (self._clock.block_phase(),):
            self._accesses.setdefault(kind, []).append((spelled_phase(self._clock, phase), site()))
        return self

    def _times(self, at: str, sites: Sites) -> dict[str, Any]:
        for kind, accesses in self._accesses.items():
            for number, (_, place) in enumerate(accesses):
                sites.put(f"{at}/accesses_in/{kind}/{number}", place)
        found: dict[str, Any] = {}
        if self._accesses:
            found["accesses_in"] = {kind: [phase for phase, _ in one] for kind, one in self._accesses.items()}
        if self._lifetime is not None:
            found["lifetime"] = self._lifetime
        elif self._block is not None and not found:
            found["lifetime"] = [span_of(self._block.start.spelled, self._block.last.spelled)]
        return found


class Part(Timed):
    """A row or slice of a buffer, with a lifetime of its own."""

    def __init__(
        self, buffer: Buffer, number: int, lifetime: Times | EllipsisType | None, fields: dict[str, Any]
    ) -> None:
        super().__init__(buffer._clock, lifetime)
        self._buffer, self._number, self._fields = buffer, number, fields

    @property
    def full_name(self) -> str:
        """`component/buffer#part`."""
        return f"{self._buffer.full_name}#{self._fields.get('name', self._number)}"

    def _document(self, at: str, sites: Sites) -> dict[str, Any]:
        sites.put(at, self.place)
        return self._fields | self._times(at, sites)

    def __repr__(self) -> str:
        return f"<Part {self.full_name}: {self._fields['size']} elements from {self._fields['offset']}>"


class Buffer(Timed):
    """A declared buffer: what other calls take in place of its full name."""

    def __init__(
        self, clock: Clock, component: str, lifetime: Times | EllipsisType | None, fields: dict[str, Any]
    ) -> None:
        super().__init__(clock, None if fields.get("persistent") and lifetime is ... else lifetime)
        self._component, self._fields = component, fields
        self._aliases: list[tuple[str, Place]] = []
        self.parts: list[Part] = []

    @property
    def full_name(self) -> str:
        """`component/name`."""
        return f"{self._component}/{self._fields['name']}" if self._component else str(self._fields["name"])

    def alias(self, *others: Buffer | str) -> Buffer:
        """Your word that it is never needed at the same time as these, where the timeline cannot show it."""
        self._aliases += [(name_of(other), site()) for other in others]
        return self

    def part(
        self,
        name: str | None,
        size: int,
        *,
        offset: int | None = None,
        lifetime: Times | EllipsisType | None = ...,
        reentry: Literal["kept", "dropped"] | None = None,
    ) -> Part:
        """A row of `size` elements with a lifetime of its own. The parts of a buffer cover it exactly.

        `name` None: it is numbered, from 0. `offset` in elements; None: where the part before ends. `reentry` None: as
        the buffer.
        """
        if offset is None:
            offset = sum(self.parts[-1]._fields[key] for key in ("offset", "size")) if self.parts else 0
        fields = {"name": name, "offset": offset, "size": size, "reentry": reentry}
        made = Part(self, len(self.parts), lifetime, {key: one for key, one in fields.items() if one is not None})
        self.parts.append(made)
        return made

    def _document(self, at: str, sites: Sites) -> dict[str, Any]:
        sites.put(at, self.place)
        document = self._fields | ({"component": self._component} if self._component else {})
        if self._aliases:
            document["aliases"] = [name for name, _ in self._aliases]
            for number, (_, place) in enumerate(self._aliases):
                sites.put(f"{at}/aliases/{number}", place)
        if self.parts:
            self._block = None  # each part says when it is live
            document["parts"] = [part._document(f"{at}/parts/{n}", sites) for n, part in enumerate(self.parts)]
        return document | self._times(at, sites)

    def __repr__(self) -> str:
        return f"<Buffer {self.full_name}: {self._fields['dtype']}[{self._fields['size']}]>"


def name_of(one: Buffer | Part | str) -> str:
    """The full name of a handle; a name as it stands."""
    return one if isinstance(one, str) else one.full_name
