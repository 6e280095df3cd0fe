"""What the cells hold along a way: which fill each of them has, and of which threads."""

from __future__ import annotations

from collections.abc import Iterator

from warpack.gpu_runtime.probe.plan.cells import Cell
from warpack.gpu_runtime.probe.ways.thread_teams import EVERYBODY, Teams

ZEROES = 0
"""The token of what `init` leaves."""


class CellContents:
    """Fills by cell; for cells of runs and threads also by the team whose copies were filled. These teams have no
    threads in common."""

    def __init__(self, teams: Teams) -> None:
        self._teams = teams
        self._fills: dict[int, dict[int, int]] = {}

    def __iter__(self) -> Iterator[int]:
        return iter(self._fills)

    def owner(self, cell: Cell, team: int) -> int:
        """All teams with which a team shares copies of the cell."""
        if cell.region == "block":
            return EVERYBODY
        return self._teams.closure(team) if cell.region == "run" else team

    def of(self, cell: Cell, team: int) -> list[tuple[int, int]]:
        """The teams inside this one, each with the fill that it finds."""
        found = ((self._teams.common(owner, team), token) for owner, token in self._fills.get(cell.index, {}).items())
        return [(owner, token) for owner, token in found if owner is not None]

    def fill(self, cell: Cell, team: int, token: int) -> None:
        self.forget(cell, team)
        self._fills.setdefault(cell.index, {})[self.owner(cell, team)] = token

    def forget(self, cell: Cell, team: int) -> None:
        """The contents of a team's threads are lost."""
        lost = self.owner(cell, team)
        fills = self._fills.pop(cell.index, {})
        left = ((self._teams.without(owner, lost), token) for owner, token in fills.items())
        kept = {owner: token for owner, token in left if owner is not None}
        if kept:
            self._fills[cell.index] = kept

    def drop(self, index: int) -> None:
        """The contents of the cell are no longer needed."""
        self._fills.pop(index, None)
