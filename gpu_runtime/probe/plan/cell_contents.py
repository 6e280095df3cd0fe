"""What the cells hold on the way: which fill is to be found in them, and whose."""

from __future__ import annotations

from collections.abc import Iterator

from warpack.gpu_runtime.probe.plan.cells import Cell
from warpack.gpu_runtime.probe.ways.thread_teams import EVERYBODY, Teams

ZEROES = 0
"""The token of what `init` leaves."""


class CellContents:
    """Fills by cell, and of those of runs and threads by whose copies were filled: teams that have no threads in
    common."""

    def __init__(self, teams: Teams) -> None:
        self._teams = teams
        self._fills: dict[int, dict[int, int]] = {}

    def __iter__(self) -> Iterator[int]:
        return iter(self._fills)

    def owner(self, cell: Cell, team: int) -> int:
        """All whose copies of the cell a team shares."""
        if cell.region == "block":
            return EVERYBODY
        return self._teams.closure(team) if cell.region == "run" else team

    def of(self, cell: Cell, team: int) -> list[tuple[int, int]]:
        """Teams in this one, each with the fill that it finds."""
        found = ((self._teams.common(owner, team), token) for owner, token in self._fills.get(cell.index, {}).items())
        return [(owner, token) for owner, token in found if owner is not None]

    def fill(self, cell: Cell, team: int, token: int) -> None:
        self.forget(cell, team)
        self._fills.setdefault(cell.index, {})[self.owner(cell, team)] = token

    def forget(self, cell: Cell, team: int) -> None:
        """What a team's threads hold is lost."""
        lost = self.owner(cell, team)
        fills = self._fills.pop(cell.index, {})
        left = ((self._teams.without(owner, lost), token) for owner, token in fills.items())
        kept = {owner: token for owner, token in left if owner is not None}
        if kept:
            self._fills[cell.index] = kept

    def drop(self, index: int) -> None:
        """Nobody needs what the cell holds."""
        self._fills.pop(index, None)
