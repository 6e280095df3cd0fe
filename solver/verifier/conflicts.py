"""Why two pieces must not share a byte."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from warpack.solver.verifier.spans import Spans
from warpack.solver.wire.units import Bytes

Reason = Literal["needed", "lanes", "unordered", "persistent", "entry", "apart"]


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two pieces that must not share a byte. `phases`: where one disturbs the other (empty possible where `apart`).
    `reason`: one is accessed where the other is `needed`; they lie in `lanes` that may run at once; no barrier stands
    on some way (`unordered`); one is `persistent`; both are zeroed at the program's start (`entry`); or the manifest
    says `apart`.

    `allowed_differences`: address of the second minus address of the first piece, in bytes, at which an in-place pair
    may share bytes all the same; empty where nothing cures the conflict.
    """

    phases: Spans
    allowed_differences: tuple[Bytes, ...] = ()
    apart: bool = False
    reason: Reason = "needed"

    @property
    def allowed_difference(self) -> Bytes | None:
        """The cured difference; the first one, should several be listed."""
        return self.allowed_differences[0] if self.allowed_differences else None
