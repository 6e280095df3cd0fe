"""The answer of a search at a fixed capacity: packed, impossible, or unknown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Attempt:
    """The answer to whether a puzzle fits a capacity. `offsets` are given if it was packed. `nodes` is what the search
    took."""

    verdict: Literal["packed", "impossible", "unknown"]
    offsets: tuple[int, ...] = ()
    method: str = "offset-bitsets"
    nodes: int = 0
