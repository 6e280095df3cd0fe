"""How a layout was made: the only part of it that may differ between two solves of one manifest."""

from __future__ import annotations

from dataclasses import dataclass

from warpack.solver.wire.units import Bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class StrategyAccount:
    """What one strategy of the search achieved in a solve. `steps`: how often it was asked, which took `seconds` of the
    clock in all. `effort`: what it spent, about seconds of one core, as far as the search counts it. `packings`: how
    often its packing was the best so far, and how many bytes that saved in all (the first packing of a region saves
    none). `bounds`: the same for lower bounds. `proofs`: how often it closed the interval between packing and bound."""

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
    """The only part of a layout that may differ between two solves of one manifest. `search`: which strategy found
    what, and which proved what."""

    seconds: float
    seed: int
    versions: dict[str, str]
    search: tuple[StrategyAccount, ...] = ()


NOTHING_RUN = RunInfo(0.0, 0, {})
"""For a layout that no solve made."""
