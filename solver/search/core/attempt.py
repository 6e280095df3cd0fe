"""What a search at a fixed capacity says: packed, impossible, or not known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Attempt:
    """What became of packing a puzzle into a capacity: `offsets` where it was packed, and what the search took."""

    verdict: Literal["packed", "impossible", "unknown"]
    offsets: tuple[int, ...] = ()
    method: str = "offset-bitsets"
    nodes: int = 0
