"""The keeper of tasks, as handlers see it: it gives claims, says whether a result is still wanted, and ends claims.

There are two keepers. A worker that shares the database asks the store (`store_keeper`). One that does not asks a
service by HTTPS (`gateway.keeper`). The handlers are the same for both.
"""

from __future__ import annotations

from typing import Any, Protocol

from warpack.service.problems import ProblemDetails
from warpack.service.store.records import Claim, Task


class KeeperAway(Exception):
    """The keeper cannot be reached now. Any call may be made again."""


class Keeper(Protocol):
    """Every method blocks: call them off the event loop. Each may be called again if its answer was lost.

    Methods that end a claim return whether the claim still stood. If it had ended, or another had replaced it, they
    change nothing and return False.
    """

    def claim(self, task: Task) -> Claim | None:
        """Claims this attempt of the task. None if there is no such attempt to claim."""

    def wanted(self, claims: tuple[Claim, ...]) -> frozenset[str]:
        """The tokens of those claims whose results are still wanted."""

    def tell(self, claim: Claim, incumbent: dict[str, Any]) -> None:
        """Tells of a better packing. It is only news: if it cannot be told, nothing is raised."""

    def solved(self, claim: Claim, found: dict[str, Any]) -> bool:
        """Ends the claim with the answer of `child_tasks.solves.solve`."""

    def validated(self, claim: Claim, found: dict[str, Any]) -> bool:
        """Ends the claim with the answer of `child_tasks.solves.validate`, or of
        `child_tasks.devices.validate_on_device`."""

    def fail(self, claim: Claim, problem: ProblemDetails) -> bool:
        """Ends the task with this problem."""

    def lose(self, claim: Claim, said: str) -> bool:
        """Ends the claim because its child was killed from outside. The task is tried again, up to a limit."""

    def release(self, claim: Claim) -> bool:
        """Gives the claim back at an orderly stop. The task waits for another holder, and no failure is counted."""
