"""What a task needs of whoever keeps it: to be claimed, to be wanted still, and an end.

Two keepers stand behind this: the store, for a worker that shares the database (`store_keeper`), and a service that is
reached by HTTPS, for one that does not (`gateway.keeper`). The handlers are the same for both.
"""

from __future__ import annotations

from typing import Any, Protocol

from warpack.service.problems import ProblemDetails
from warpack.service.store.records import Claim, Task


class KeeperAway(Exception):
    """It cannot be reached now. Whatever was asked may be asked again."""


class Keeper(Protocol):
    """Every method blocks: call them off the event loop. Each may be called again where the answer was lost.

    Those that end a claim say whether it was heard: not where the claim has ended, or another took its place. Nothing
    has changed then.
    """

    def claim(self, task: Task) -> Claim | None:
        """Begin this attempt. None where it is not there to be begun."""

    def wanted(self, claims: tuple[Claim, ...]) -> frozenset[str]:
        """The tokens of those claims whose results are still asked for."""

    def tell(self, claim: Claim, incumbent: dict[str, Any]) -> None:
        """A better packing on the way. It is only news: what cannot be told is not."""

    def solved(self, claim: Claim, found: dict[str, Any]) -> bool:
        """What `child_tasks.solves.solve` found."""

    def validated(self, claim: Claim, found: dict[str, Any]) -> bool:
        """What `validate` of `child_tasks.solves`, or `validate_on_device` of `child_tasks.devices`, found."""

    def fail(self, claim: Claim, problem: ProblemDetails) -> bool:
        """Give up, and say why."""

    def lose(self, claim: Claim, said: str) -> bool:
        """The child that worked on it was ended from outside."""

    def release(self, claim: Claim) -> bool:
        """An orderly stop: the task waits for another holder, and nothing is counted."""
