"""Where the buffers of one parent lie: the result of either way of placing them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from warpack.solver.wire.layout import Layout
from warpack.solver.wire.units import Bytes, Elements


class Span(NamedTuple):
    """Bytes `[start, stop)` of the parent's window."""

    start: Bytes
    stop: Bytes


@dataclass(frozen=True)
class GroupLayout:
    """`shared` and `persistent`: spans from the start of the parent's shared window, and of its persistent local array;
    `local`: elements of each plain local array (at least one). A buffer is in exactly one of the three. `solution`: the
    optimiser's answer, with the proof of `shared_bytes`; None where declared aliases alone placed the buffers."""

    shared: Mapping[str, Span]
    persistent: Mapping[str, Span]
    local: Mapping[str, Elements]
    solution: Layout | None = None

    @property
    def shared_bytes(self) -> Bytes:
        return max((span.stop for span in self.shared.values()), default=0)

    @property
    def persistent_bytes(self) -> Bytes:
        return max((span.stop for span in self.persistent.values()), default=0)
