"""Many who ask at a time are answered by one look-up, and never by one that was begun before they asked."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Collection

import pytest

from warpack.service.api.node.batched import Batched


class Store:
    """Looks up when it is let go on."""

    def __init__(self) -> None:
        self.there: set[str] = set()
        self.asked: list[set[str]] = []
        self.begun, self.go_on = threading.Semaphore(0), threading.Semaphore(0)

    def look_up(self, keys: Collection[str]) -> frozenset[str]:
        self.asked.append(set(keys))
        found = frozenset(self.there & set(keys))
        self.begun.release()
        self.go_on.acquire()
        return found


async def begun(store: Store) -> None:
    await asyncio.to_thread(store.begun.acquire)


def test_those_who_ask_together_share_a_look_up() -> None:
    store = Store()
    store.there = {"a"}
    store.go_on.release()

    async def ask() -> list[bool]:
        batched = Batched(store.look_up)
        return await asyncio.gather(*(batched.has(key) for key in ("a", "b", "a")))

    assert asyncio.run(ask()) == [True, False, True]
    assert store.asked == [{"a", "b"}]


def test_whoever_asks_while_a_look_up_runs_is_answered_by_the_next() -> None:
    store = Store()

    async def ask() -> tuple[bool, bool, bool]:
        batched = Batched(store.look_up)
        early = asyncio.create_task(batched.has("a"))
        await begun(store)  # and has seen that "a" is not there
        store.there = {"a"}
        late = [asyncio.create_task(batched.has("a")) for _ in range(2)]
        await asyncio.sleep(0)
        store.go_on.release(2)
        return await early, *[await one for one in late]

    assert asyncio.run(ask()) == (False, True, True)
    assert len(store.asked) == 2


def test_one_who_leaves_takes_the_answer_from_nobody() -> None:
    store = Store()
    store.there = {"a"}

    async def ask() -> bool:
        batched = Batched(store.look_up)
        leaving, staying = (asyncio.create_task(batched.has("a")) for _ in range(2))
        await begun(store)
        leaving.cancel()
        await asyncio.gather(leaving, return_exceptions=True)
        store.go_on.release()
        return await staying

    assert asyncio.run(ask())
    assert len(store.asked) == 1


def test_a_look_up_that_fails_fails_for_all_of_its_askers_and_the_next_one_is_asked_anew() -> None:
    faults = [OSError("the disk is gone")]

    def look_up(keys: Collection[str]) -> Collection[str]:
        if faults:
            raise faults.pop()
        return keys

    async def ask() -> bool:
        batched = Batched(look_up)
        with pytest.raises(OSError, match="the disk is gone"):
            await batched.has("a")
        return await batched.has("a")

    assert asyncio.run(ask())
