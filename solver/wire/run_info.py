"""How a layout was made: the only part of it that may differ between two solves of one manifest."""

from __future__ import annotations

from dataclasses import dataclass

from warpack.solver.wire.units import Bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class StrategyAccount:
    """What one strategy of the search came to in a solve. `steps`: how often it was asked, by the clock for `seconds`
    in all; `effort`: what it spent in about seconds of one core, as far as the search counts it. `packings`: how often
    its packing was the best so far, and by how many bytes in all (the first of a region saves none); `bounds` the same
    of lower bounds. `proofs`: how often nothing was left then between the best packing and the bound."""

    strategy: str
    steps: int = 0
    effort: float = 0.0
    seconds: float = 0.0
    packings: int = 0
    saved_bytes: Bytes = 0
    bounds: int = 0
    raised_bytes: Bytes = 0
    proofs: int = 0


@dataclass(frozen=True, slots=True)
class RunInfo:
    """The only part of a layout that may differ between two solves of one manifest. `search`: who found and who proved
    what."""

    seconds: float
    seed: int
    versions: dict[str, str]
    search: tuple[StrategyAccount, ...] = ()


NOTHING_RUN = RunInfo(0.0, 0, {})
"""Of a layout that no solve made."""
