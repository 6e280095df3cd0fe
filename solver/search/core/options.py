"""Options of the search. They are not part of a manifest, nor of its hash."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class SearchOptions:
    """`seed` replaces the manifest's own. `without` names strategies (`plan.STRATEGIES`) to leave out, which shows what
    they are worth. Whatever is left out, the layout is legal and its proof is true."""

    seed: int | None = None
    without: frozenset[str] = frozenset()
