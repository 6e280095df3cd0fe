"""Children that stay: one answers many requests as a fresh one would, and is replaced when it can no more."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, TypeVar

import pytest

from tests.helpers.child_tasks import (
    be_killed,
    die,
    echo,
    fail,
    fill_memory,
    hang,
    keep_memory,
    never_end,
    stop_when_asked,
    tell_pid,
)
from tests.helpers.processes import PATIENCE_S, eventually, lives
from warpack.service.jobs.children.fork_server import SOLVING
from warpack.service.jobs.children.main import STOP
from warpack.service.jobs.children.orders import Limits
from warpack.service.jobs.children.outcome import Outcome
from warpack.service.jobs.children.process import Child
from warpack.service.jobs.children.warm import TooManyWaiting, WarmChildren

Value = TypeVar("Value")


def with_children(
    use: Callable[[WarmChildren], Awaitable[Value]], *, size: int = 1, waiting: int = 64, limits: Limits | None = None
) -> Value:
    async def run() -> Value:
        children = WarmChildren(SOLVING, size=size, waiting=waiting, limits=limits)
        try:
            return await use(children)
        finally:
            await children.close()

    return asyncio.run(run())


async def pid_of(children: WarmChildren) -> int:
    outcome = await children.ask(tell_pid, b"", PATIENCE_S)
    assert outcome.answer is not None, outcome
    return int(outcome.answer)


def test_one_child_answers_one_request_after_the_other() -> None:
    async def use(children: WarmChildren) -> None:
        await children.prepare()
        assert len({await pid_of(children) for _ in range(3)}) == 1
        request = os.urandom(1_000_000)
        assert await children.ask(echo, request, PATIENCE_S) == Outcome("answered", request[::-1], "")

    with_children(use)


def test_two_children_work_at_the_same_time() -> None:
    async def use(children: WarmChildren) -> None:
        stop = asyncio.Event()
        first = asyncio.create_task(children.ask(stop_when_asked, b"", PATIENCE_S, stop))
        assert await pid_of(children)  # while the first one works
        assert not first.done()
        stop.set()
        assert (await first).answer == b"the best so far"

    with_children(use, size=2)


@pytest.mark.parametrize(
    ("task", "request_", "ended", "said"),
    [
        (die, b"", "crashed", "SIGSEGV"),
        (fail, b"abc", "crashed", "ValueError: cannot do abc"),
        (be_killed, b"SIGKILL", "killed", "SIGKILL"),
        (fill_memory, b"", "over-memory", "MemoryError"),
    ],
)
def test_a_child_that_ended_says_how_and_another_takes_its_place(
    task: Any, request_: bytes, ended: str, said: str
) -> None:
    async def use(children: WarmChildren) -> None:
        before = await pid_of(children)
        outcome = await children.ask(task, request_, PATIENCE_S)
        assert (outcome.ended, outcome.answer) == (ended, None)
        assert said in outcome.last_lines
        assert await pid_of(children) != before

    with_children(use, limits=Limits(memory_mib=512))


def test_a_child_that_was_killed_while_it_waited_is_replaced() -> None:
    async def use(children: WarmChildren) -> None:
        before = await pid_of(children)
        os.kill(before, signal.SIGKILL)
        await asyncio.to_thread(eventually, lambda: not lives(before), "the process is gone")
        outcome = await children.ask(tell_pid, b"", PATIENCE_S)
        if outcome.ended == "killed":  # its guard was about to tell
            outcome = await children.ask(tell_pid, b"", PATIENCE_S)
        assert int(outcome.answer or b"0") not in (0, before)

    with_children(use)


def test_a_child_that_is_overdue_is_killed_and_replaced() -> None:
    async def use(children: WarmChildren) -> None:
        before = await pid_of(children)
        assert await children.ask(hang, b"", 0.0) == Outcome("overdue", None, "")
        assert await pid_of(children) != before
        eventually(lambda: not lives(before), "the process is gone")

    with_children(use)


def test_a_child_at_its_limit_hands_over_its_best_and_goes_on() -> None:
    async def use(children: WarmChildren) -> None:
        before = await pid_of(children)
        outcome = await children.ask(stop_when_asked, b"", 0.0, grace_s=PATIENCE_S)
        assert outcome == Outcome("answered", b"the best so far", "")
        assert await pid_of(children) == before

    with_children(use)


def test_a_request_that_is_no_longer_wanted_ends_and_its_child_goes_on() -> None:
    async def use(children: WarmChildren) -> None:
        before = await pid_of(children)
        stop = asyncio.Event()
        asked = asyncio.create_task(children.ask(stop_when_asked, b"", PATIENCE_S, stop))
        await asyncio.sleep(0)
        stop.set()
        assert await asked == Outcome("unwanted", b"the best so far", "")
        assert await pid_of(children) == before

    with_children(use)


def test_a_request_that_waits_and_is_no_longer_wanted_is_never_begun() -> None:
    async def use(children: WarmChildren) -> None:
        first, second = asyncio.Event(), asyncio.Event()
        asked = asyncio.create_task(children.ask(stop_when_asked, b"", PATIENCE_S, first))
        waits = asyncio.create_task(children.ask(hang, b"", PATIENCE_S, second))
        comes_after = asyncio.create_task(children.ask(echo, b"ab", PATIENCE_S))
        await asyncio.sleep(0)
        second.set()
        assert await waits == Outcome("unwanted", None, "")
        assert await children.ask(hang, b"", PATIENCE_S, second) == Outcome("unwanted", None, "")
        assert not asked.done()
        first.set()
        assert (await asked).answer == b"the best so far"
        assert (await comes_after).answer == b"ba"

    with_children(use)


def test_a_call_that_is_given_up_while_it_waits_takes_no_place() -> None:
    async def use(children: WarmChildren) -> None:
        stop = asyncio.Event()
        asked = asyncio.create_task(children.ask(stop_when_asked, b"", PATIENCE_S, stop))
        waits = asyncio.create_task(children.ask(hang, b"", PATIENCE_S, asyncio.Event()))
        await asyncio.sleep(0)
        waits.cancel()
        stop.set()
        assert (await asked).ended == "unwanted"
        assert await pid_of(children)

    with_children(use)


def test_a_call_that_is_given_up_leaves_nothing_running(tmp_path: Path) -> None:
    path = tmp_path / "pids"

    async def use(children: WarmChildren) -> None:
        asked = asyncio.create_task(children.ask(never_end, str(path).encode(), PATIENCE_S))
        await asyncio.to_thread(eventually, path.exists, "the child has begun")
        asked.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asked
        for pid in map(int, path.read_text().split()):
            eventually(lambda pid=pid: not lives(pid), "the process is gone")  # type: ignore[misc]
        assert await pid_of(children)

    with_children(use)


def test_closing_ends_what_is_under_way(tmp_path: Path) -> None:
    path = tmp_path / "pids"

    async def use(children: WarmChildren) -> Outcome:
        asked = asyncio.create_task(children.ask(never_end, str(path).encode(), PATIENCE_S))
        await asyncio.to_thread(eventually, path.exists, "the child has begun")
        waits = asyncio.create_task(children.ask(echo, b"", PATIENCE_S))
        await asyncio.sleep(0)
        await children.close()
        assert (await waits).ended == (await children.ask(echo, b"", PATIENCE_S)).ended == "killed"
        return await asked

    assert with_children(use).ended == "killed"
    for pid in map(int, path.read_text().split()):
        eventually(lambda pid=pid: not lives(pid), "the process is gone")  # type: ignore[misc]


@pytest.mark.parametrize("limits", [Limits(requests=2), Limits(growth_mib=20)], ids=["requests", "growth"])
def test_a_child_that_is_worn_out_is_replaced(limits: Limits) -> None:
    async def use(children: WarmChildren) -> list[bytes | None]:
        return [(await children.ask(keep_memory, b"12", PATIENCE_S)).answer for _ in range(3)]

    first, second, third = with_children(use, limits=limits)
    assert first == second != third


def test_more_than_may_wait_are_refused_at_once() -> None:
    async def use(children: WarmChildren) -> None:
        stop = asyncio.Event()
        asked = [asyncio.create_task(children.ask(stop_when_asked, b"", PATIENCE_S, stop)) for _ in range(3)]
        await asyncio.sleep(0)
        with pytest.raises(TooManyWaiting, match="2 requests wait"):
            await children.ask(echo, b"", PATIENCE_S)
        stop.set()
        assert {(await one).ended for one in asked} == {"unwanted"}
        assert (await children.ask(echo, b"ab", PATIENCE_S)).answer == b"ba"

    with_children(use, waiting=2)


def test_what_is_no_task_is_refused_and_takes_no_place() -> None:
    async def use(children: WarmChildren) -> None:
        with pytest.raises(ValueError, match="function of a module"):
            await children.ask(lambda request, _: request, b"", PATIENCE_S)
        assert await pid_of(children)

    with_children(use)


def test_a_pool_of_no_children_is_refused() -> None:
    for size, waiting in ((0, 1), (1, -1)):
        with pytest.raises(ValueError, match="1 or more"):
            WarmChildren(SOLVING, size=size, waiting=waiting)


def test_a_wish_to_stop_that_comes_too_late_is_not_taken_for_the_next_request() -> None:
    child = Child(SOLVING)
    asked = child.pending(echo, b"ab")
    assert asked.answer() == b"ba"
    asked.stop()
    child.channel.send_bytes(STOP)  # as one does that was on its way when the answer was
    assert child.answer(echo, b"cd") == b"dc"
    child.close()


def test_a_wish_to_stop_that_comes_before_the_request_is_kept_for_it() -> None:
    child = Child(SOLVING)
    asked = child.pending(stop_when_asked, b"")
    asked.stop()
    assert asked.answer() == b"the best so far"
    child.close()


_API = """
import asyncio, sys
from tests.helpers.child_tasks import tell_pid
from warpack.service.jobs.children.fork_server import SOLVING
from warpack.service.jobs.children.warm import WarmChildren

async def main():
    children = WarmChildren(SOLVING, size=1)
    print(int((await children.ask(tell_pid, b"", 600)).answer), SOLVING.pid, flush=True)
    await asyncio.sleep(600)

asyncio.run(main())
"""


def test_kill_9_of_the_api_ends_the_children_that_wait() -> None:
    api = subprocess.Popen([sys.executable, "-c", _API], cwd=Path(__file__).parents[3], stdout=subprocess.PIPE)
    assert api.stdout is not None
    pids = [int(pid) for pid in api.stdout.readline().split()]
    assert all(lives(pid) for pid in pids)
    api.kill()
    api.communicate()
    for pid in pids:
        eventually(lambda pid=pid: not lives(pid), "the process is gone")  # type: ignore[misc]
