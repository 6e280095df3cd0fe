"""A worker behind the gateway: how much it asks for, and how it ends."""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import Collection
from pathlib import Path
from typing import Any, cast

import pytest

from warpack.service.jobs.children import process as child_process
from warpack.service.jobs.gateway.keeper import GatewayKeeper, GatewayRefused, UnknownWorker
from warpack.service.jobs.gateway.runner import GatewayRunner
from warpack.service.jobs.gateway.wire import Admission
from warpack.service.jobs.gpu import Gpu
from warpack.service.jobs.keeper import KeeperAway
from warpack.service.settings import Settings
from warpack.service.store.records import Claim, Task

PATIENCE_S = 60.0


class Keeper:
    """Offers what a test puts into `offers`: a task, or what is raised."""

    def __init__(self) -> None:
        self.offers: queue.Queue[Task | Exception] = queue.Queue()
        self.asked: queue.Queue[list[str]] = queue.Queue()
        self.said: queue.Queue[str] = queue.Queue()
        self.beats: queue.Queue[bool] = queue.Queue()
        self.beat_raises: list[Exception] = []
        self.held: set[str] = set()
        self.left = False

    admission = Admission("gw-1", 0.01, 8.0, 0.1)
    until_next_beat_s = 0.01

    def introduce(self, room: dict[str, int], devices: Collection[dict[str, Any]], versions: dict[str, str]) -> None:
        self.said.put(f"introduced with {room}")

    def beat(self, *, taking: bool) -> None:
        if self.beat_raises:
            raise self.beat_raises.pop()
        self.beats.put(taking)

    async def next(self, queues: Collection[str]) -> Claim | None:
        self.asked.put(list(queues))
        while True:
            try:
                offer = self.offers.get_nowait()
            except queue.Empty:
                await asyncio.sleep(0.005)
                continue
            if isinstance(offer, Exception):
                raise offer
            self.held.add(f"token of {offer.id}")
            return Claim(offer, f"token of {offer.id}", "{}")

    def forget(self, claim: Claim) -> None:
        self.held.discard(claim.token)

    def drop_all(self) -> None:
        self.said.put("dropped all")

    def wanted(self, claims: tuple[Claim, ...]) -> frozenset[str]:
        return frozenset(claim.token for claim in claims)

    def lose(self, claim: Claim, said: str) -> bool:
        self.said.put(f"lost {claim.id}")
        return True

    def leave(self) -> None:
        self.left = True

    def close(self) -> None:
        return

    async def close_claims(self) -> None:
        return


@pytest.fixture
def keeper(monkeypatch: pytest.MonkeyPatch) -> Keeper:
    monkeypatch.setattr(child_process, "prepare", lambda *_: None)
    monkeypatch.setattr("warpack.service.jobs.gateway.runner._PAUSE_S", 0.01)
    monkeypatch.setattr("warpack.service.jobs.gateway.runner._LONGEST_PAUSE_S", 0.01)
    return Keeper()


def runner_of(keeper: Keeper, folder: Path, given_up: threading.Event | None = None) -> GatewayRunner:
    """With a GPU, of which it does one task at a time, and two solves."""
    gpu = Gpu(
        {
            "name": "a GPU", "uuid": "1", "compute_capability": "8.6", "driver_version": "", "cuda_version": "",
            "ordinal": 0,
        }
    )  # fmt: skip
    settings = Settings(data_dir=folder, workers=2, drain_s=60)
    made = GatewayRunner(settings, cast(GatewayKeeper, keeper), ("solve", "gpu-sm86"), gpu)
    if given_up is not None:
        made.given_up = given_up.set
    return made


def test_it_asks_for_what_it_has_room_for_and_finishes_what_it_has(keeper: Keeper, tmp_path: Path) -> None:
    runner = runner_of(keeper, tmp_path)
    go_on, done = asyncio.Event(), []

    async def work(task: Task) -> None:
        await go_on.wait()
        done.append(task.id)

    runner._handlers = {"solve": work, "device": work}
    runner.start()
    assert keeper.said.get(timeout=PATIENCE_S) == "introduced with {'solve': 2, 'gpu-sm86': 1}"
    assert keeper.asked.get(timeout=PATIENCE_S) == ["solve", "gpu-sm86"]
    keeper.offers.put(Task("device", "d", compute_capability="8.6"))
    assert keeper.asked.get(timeout=PATIENCE_S) == ["solve"]
    keeper.offers.put(Task("solve", "s"))
    assert keeper.asked.get(timeout=PATIENCE_S) == ["solve"]
    assert keeper.held == {"token of d", "token of s"}
    runner._loop.call_soon_threadsafe(go_on.set)
    assert keeper.asked.get(timeout=PATIENCE_S)
    runner.stop()
    assert sorted(done) == ["d", "s"]
    assert keeper.left
    assert keeper.held == set()


def test_a_task_that_breaks_in_the_worker_is_lost_and_the_worker_goes_on(keeper: Keeper, tmp_path: Path) -> None:
    runner = runner_of(keeper, tmp_path)

    async def breaks(task: Task) -> None:
        raise RuntimeError("on purpose")

    runner._handlers = {"solve": breaks}
    runner.start()
    keeper.said.get(timeout=PATIENCE_S)
    for name in ("one", "two"):
        keeper.offers.put(Task("solve", name))
        assert keeper.said.get(timeout=PATIENCE_S) == f"lost {name}"
    runner.stop()


def test_it_waits_for_a_service_that_is_away_and_introduces_itself_again(keeper: Keeper, tmp_path: Path) -> None:
    runner = runner_of(keeper, tmp_path)
    keeper.offers.put(KeeperAway("no route"))
    keeper.offers.put(UnknownWorker("who?"))
    keeper.offers.put(RuntimeError("of ours"))
    keeper.beat_raises += [UnknownWorker("who?"), KeeperAway("no route")]
    runner.start()
    assert keeper.said.get(timeout=PATIENCE_S).startswith("introduced")
    assert keeper.said.get(timeout=PATIENCE_S).startswith("introduced")
    for _ in range(3):
        keeper.asked.get(timeout=PATIENCE_S)
    assert keeper.beats.get(timeout=PATIENCE_S)
    runner.stop()


def test_a_service_that_stays_away_is_logged_once_for_each_loop(
    keeper: Keeper, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    runner = runner_of(keeper, tmp_path)

    async def nothing(_task: Task) -> None:
        return

    runner._handlers = {"solve": nothing}
    for _ in range(4):
        keeper.offers.put(KeeperAway("no route"))
        keeper.beat_raises.append(KeeperAway("no route"))
    runner.start()
    for _ in range(5):
        keeper.asked.get(timeout=PATIENCE_S)
    assert keeper.beats.get(timeout=PATIENCE_S)
    keeper.offers.put(Task("solve", "s"))
    keeper.asked.get(timeout=PATIENCE_S)
    runner.stop()
    assert sorted(each.partition(";")[0] for each in caplog.messages if "tried again" in each or "works" in each) == [
        "a heartbeat failed",
        "a heartbeat works again",
        "asking for a task failed",
        "asking for a task works again",
    ]


@pytest.mark.parametrize("told_by", ["claim", "beat"])
def test_a_worker_that_is_refused_gives_up_and_says_why(keeper: Keeper, tmp_path: Path, told_by: str) -> None:
    given_up = threading.Event()
    runner = runner_of(keeper, tmp_path, given_up)
    refused = GatewayRefused("the key was revoked")
    if told_by == "claim":
        keeper.offers.put(refused)
    else:
        keeper.beat_raises.append(refused)
    runner.start()
    assert given_up.wait(PATIENCE_S)
    with pytest.raises(GatewayRefused, match="revoked"):
        runner.stop()
