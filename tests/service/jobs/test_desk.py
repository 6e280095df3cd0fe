"""A worker that is told to stop finishes what is short, and releases the rest; in a hurry, all of it."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from warpack.service.jobs.desk import Desk, persist
from warpack.service.jobs.keeper import KeeperAway
from warpack.service.problems import ProblemDetails
from warpack.service.store.records import Claim, Task


class Keeper:
    """Knows of every claim whether it was released."""

    def __init__(self) -> None:
        self.released: list[str] = []
        self.unwanted: frozenset[str] = frozenset()

    def claim(self, task: Task) -> Claim | None:
        return Claim(task, f"token of {task.id}", "{}")

    def wanted(self, claims: tuple[Claim, ...]) -> frozenset[str]:
        return frozenset(claim.token for claim in claims) - self.unwanted

    def tell(self, claim: Claim, incumbent: dict[str, Any]) -> None:
        return

    def solved(self, claim: Claim, found: dict[str, Any]) -> bool:
        return True

    def validated(self, claim: Claim, found: dict[str, Any]) -> bool:
        return True

    def fail(self, claim: Claim, problem: ProblemDetails) -> bool:
        return True

    def lose(self, claim: Claim, said: str) -> bool:
        return True

    def release(self, claim: Claim) -> bool:
        time.sleep(0.05)  # as a database takes its time: a stop that does not wait for it is seen
        self.released.append(claim.id)
        return True


def stop_while_at_work(*, hurry: bool) -> tuple[list[str], list[str]]:
    """Two tasks are under way, one that ends once the stop has begun and one of an hour: what was released, and what
    was done."""
    keeper, done = Keeper(), []
    desk, hurried = Desk(keeper), threading.Event()
    desk.start()

    async def work(task_id: str, lasts_s: float, end: asyncio.Event) -> None:
        async with desk.under_way(Claim(Task("solve", task_id), task_id, "{}"), lasts_s=lasts_s):
            await end.wait()
            done.append(task_id)

    async def both() -> None:
        end, never = asyncio.Event(), asyncio.Event()
        at_work = [asyncio.ensure_future(work("short", 0.0, end)), asyncio.ensure_future(work("long", 3600.0, never))]
        await asyncio.sleep(0)
        await asyncio.to_thread(desk.release_longer_than, 60.0)
        assert keeper.released == ["long"]
        draining = asyncio.ensure_future(asyncio.to_thread(desk.drain, 60.0, hurried))
        if hurry:
            hurried.set()
        else:
            end.set()
        await draining
        await asyncio.gather(*at_work, return_exceptions=True)

    asyncio.run(both())
    assert desk.tokens() == frozenset()
    desk.stop()
    return keeper.released, done


def test_what_is_short_is_finished_and_the_rest_released() -> None:
    assert stop_while_at_work(hurry=False) == (["long"], ["short"])


def test_in_a_hurry_all_is_released() -> None:
    assert stop_while_at_work(hurry=True) == (["long", "short"], [])


def test_a_claim_on_its_way_from_the_keeper_when_the_stop_begins_is_released_too() -> None:
    keeper, done = Keeper(), []
    desk = Desk(keeper)
    desk.start()

    async def work(task_id: str, lasts_s: float) -> None:
        async with desk.under_way(Claim(Task("solve", task_id), task_id, "{}"), lasts_s=lasts_s):
            await asyncio.sleep(0.1)
            done.append(task_id)

    async def late() -> None:
        await asyncio.to_thread(desk.release_longer_than, 60.0)
        await asyncio.gather(work("short", 0.0), work("long", 3600.0), return_exceptions=True)
        await asyncio.to_thread(desk.drain, 0.0, threading.Event())
        await asyncio.gather(work("last", 0.0), return_exceptions=True)

    asyncio.run(late())
    desk.stop()
    assert (keeper.released, done) == (["long", "last"], ["short"])


def test_what_is_no_longer_wanted_is_known_within_a_moment() -> None:
    keeper = Keeper()
    desk = Desk(keeper)
    desk.start()

    async def work() -> None:
        async with desk.under_way(Claim(Task("solve", "one"), "t", "{}")) as wanted:
            assert wanted()
            keeper.unwanted = frozenset({"t"})
            while wanted():
                await asyncio.sleep(0.01)

    asyncio.run(work())
    desk.stop()


def test_a_keeper_that_is_away_is_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    left = [KeeperAway("no route"), KeeperAway("no route")]

    def ask() -> str:
        if left:
            raise left.pop()
        return "there"

    def away() -> str:
        raise KeeperAway("no route")

    calls: list[Callable[[], str]] = [ask]
    assert [asyncio.run(persist(call)) for call in calls] == ["there"]
    monkeypatch.setattr("warpack.service.jobs.desk._PATIENCE_S", -1.0)
    with pytest.raises(KeeperAway):
        asyncio.run(persist(away))
