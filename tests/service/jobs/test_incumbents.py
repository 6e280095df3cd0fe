"""What a solver tells on the way: the latest of what comes, until the claim is gone or the solve has ended."""

from __future__ import annotations

import asyncio
import json

import pytest

from tests.helpers.processes import PATIENCE_S, eventually
from tests.service.jobs.test_handlers import take
from warpack.service.jobs.incumbents import Incumbents
from warpack.service.jobs.store_keeper import StoreKeeper
from warpack.service.store import Store
from warpack.service.store.records import Claim


class Told:
    """The events of one order's solve, whose holder passes news on."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._job_id, task = take(store)
        claim = store.solves.claim(task, "w")
        assert claim is not None
        self.claim: Claim = claim
        self.keeper = StoreKeeper(store, "w", lambda _: None, lambda _: False)

    def sizes(self) -> list[int]:
        job = self._store.jobs.get(self._job_id)
        assert job is not None
        events = self._store.events.of_order(self._job_id, job.solve_id, None)
        return [event.document["run_bytes"] for event in events if event.kind == "incumbent"]

    async def until(self, sizes: list[int]) -> None:
        await asyncio.to_thread(eventually, lambda: self.sizes() == sizes, f"{sizes} are told")


def of(run_bytes: int) -> bytes:
    return json.dumps({"run_bytes": run_bytes}).encode()


def test_the_latest_of_what_comes_at_one_time_is_told_even_if_nothing_follows(store: Store) -> None:
    told = Told(store)

    async def trial() -> None:
        async with Incumbents(told.keeper, told.claim) as news:
            for size in (95, 90):
                news(of(size))
            await told.until([90])
            for size in (80, 75, 70):
                news(of(size))
            await told.until([90, 70])

    asyncio.run(trial())
    assert told.sizes() == [90, 70]


def test_nothing_is_told_once_the_claim_is_gone(store: Store) -> None:
    told = Told(store)

    async def trial() -> None:
        async with Incumbents(told.keeper, told.claim) as news:
            news(of(90))
            await told.until([90])
            store.tasks.lose(told.claim, "")
            await asyncio.to_thread(told.keeper.tell, told.claim, {"run_bytes": 1})

    asyncio.run(trial())
    assert told.sizes() == [90]


def test_a_fault_of_a_keeper_is_raised_at_the_end(store: Store) -> None:
    told = Told(store)

    class Faulty(StoreKeeper):
        def tell(self, claim: Claim, incumbent: dict[str, object]) -> None:
            raise ZeroDivisionError

    async def trial() -> None:
        async with Incumbents(Faulty(store, "w", lambda _: None, lambda _: False), told.claim) as news:
            news(of(90))
            await asyncio.wait({news.telling}, timeout=PATIENCE_S)

    with pytest.raises(ZeroDivisionError):
        asyncio.run(trial())
