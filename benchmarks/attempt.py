"""The result of one solver on one instance."""

from __future__ import annotations

from dataclasses import dataclass

Curve = tuple[tuple[float, int], ...]
"""Each better packing: seconds since the start, run bytes."""


@dataclass(frozen=True)
class Attempt:
    """`run_bytes` None: nothing was found in time. `lower_bound_bytes`, `proven`: what the solver proved about the
    instance itself, not about a simplified one. `threads_per_block`: the number that its bytes allow. `fault`: why the
    result is refused; None where it was checked and is right, or where the solver gives figures and no layout
    (`checked` is then False)."""

    solver: str
    run_bytes: int | None
    seconds: float
    lower_bound_bytes: int = 0
    proven: bool = False
    curve: Curve = ()
    threads_per_block: int | None = None
    checked: bool = True
    fault: str | None = None
    detail: str = ""

    def bytes_at(self, seconds: float) -> int | None:
        """Run bytes of the best packing so far."""
        return min((size for at, size in self.curve if at <= seconds), default=None)
