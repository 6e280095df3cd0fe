"""What may be asked of the search besides the manifest: nothing here is part of a manifest or of its hash."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class SearchOptions:
    """`seed`: instead of the manifest's own. `without`: names of strategies (`plan.STRATEGIES`) that are left out, to
    see what they are worth; a layout is legal and its proof is true whatever is left out."""

    seed: int | None = None
    without: frozenset[str] = frozenset()
