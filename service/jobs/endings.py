"""Ends a claim whose child ended without an answer."""

from __future__ import annotations

from typing import Literal

from warpack.service.jobs.children.outcome import Outcome
from warpack.service.jobs.desk import persist
from warpack.service.jobs.keeper import Keeper
from warpack.service.problems import crashed, over_memory, overdue
from warpack.service.store.records import Claim


async def end_unanswered(
    keeper: Keeper,
    claim: Claim,
    outcome: Outcome,
    *,
    who: Literal["solver", "validator"],
    memory_mib: int,
    limit_s: float,
    what_to_do: str,
) -> None:
    """Tells the keeper how the claim ended. Does nothing if the child answered, or if nobody wants an answer.
    `what_to_do` is the advice for a child that needed more than `limit_s`."""
    match outcome.ended:
        case "killed":
            await persist(keeper.lose, claim, outcome.last_lines)
        case "crashed":
            await persist(keeper.fail, claim, crashed(who, outcome.last_lines))
        case "over-memory":
            await persist(keeper.fail, claim, over_memory(who, memory_mib))
        case "overdue":
            await persist(keeper.fail, claim, overdue(who, limit_s, what_to_do))
