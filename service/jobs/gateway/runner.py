"""A worker that does not share the database. It asks a service for tasks, and does them as every worker does."""

from __future__ import annotations

import asyncio
import logging
import os
import threading
from collections import Counter
from collections.abc import Callable
from contextlib import suppress

from warpack.service.jobs.capabilities import device_queue, fork_servers_of, plain_queue_for
from warpack.service.jobs.children import process as child_process
from warpack.service.jobs.desk import Desk
from warpack.service.jobs.gateway.keeper import GatewayKeeper, GatewayRefused, UnknownWorker
from warpack.service.jobs.gpu import Gpu
from warpack.service.jobs.handlers import handlers_of
from warpack.service.jobs.keeper import KeeperAway
from warpack.service.jobs.retried import Retried
from warpack.service.settings import Settings
from warpack.service.store.records import Claim
from warpack.service.versions import versions

_LOG = logging.getLogger("warpack.worker")
_PAUSE_S, _LONGEST_PAUSE_S = 0.2, 3.0
_DROPPED = "the worker gave it up without a result; its log says more"


class GatewayRunner:
    """Between `start` and `stop` it takes tasks of `queues`: as many at a time as the settings say, and one for its
    `gpu`. Once `hurry` is set, `stop` waits for no task. `given_up` is called when the service refuses this worker;
    `stop` then raises GatewayRefused."""

    def __init__(
        self,
        settings: Settings,
        keeper: GatewayKeeper,
        queues: tuple[str, ...],
        gpu: Gpu | None = None,
        *,
        given_up: Callable[[], None] = lambda: None,
    ) -> None:
        self._settings, self._keeper, self._queues, self._gpu = settings, keeper, queues, gpu
        self._room = dict.fromkeys(queues, settings.workers)
        if gpu is not None:
            self._room[device_queue(gpu.compute_capability)] = 1
        self._busy: Counter[str] = Counter()
        self._at_work: set[asyncio.Task[None]] = set()
        self._desk = Desk(keeper)
        self._handlers = handlers_of(self._desk, gpu, settings.child_memory_mib)
        self.hurry, self.given_up = threading.Event(), given_up
        self._stopping, self._running = threading.Event(), threading.Event()
        self._wake = asyncio.Event()
        self._refused: GatewayRefused | None = None

    def start(self) -> None:
        """Raises GatewayRefused, and KeeperAway if the service cannot be reached."""
        self._introduce()
        os.environ.setdefault("WARPACK_CACHE_DIR", str(self._settings.data_dir / "cache"))  # for the children
        self._beating = threading.Thread(target=self._beat_until_stopped, name="warpack-beat", daemon=True)
        self._beating.start()
        child_process.prepare(*fork_servers_of(self._queues))
        self._desk.start()
        self._working = threading.Thread(target=asyncio.run, args=(self._work(),), name="warpack-work")
        self._working.start()
        self._running.wait()

    def stop(self) -> None:
        """Takes no more tasks, finishes short ones, and releases the others."""
        self._stopping.set()
        self._tell(self._wake.set)
        limit_s = self._settings.drain_s
        self._desk.release_longer_than(limit_s)
        self._desk.drain(limit_s, self.hurry)
        self._tell(self._cancel_what_has_just_begun)
        self._working.join()
        self._desk.stop()
        self._beating.join()
        try:
            self._keeper.leave()
        except (KeeperAway, UnknownWorker, GatewayRefused) as error:
            _LOG.warning("this worker could not sign off; its lease will run out: %s", error)
        finally:
            self._keeper.close()
        if self._refused is not None:
            raise self._refused

    def _tell(self, do: Callable[[], object]) -> None:
        """Calls `do` in the thread of the event loop, unless that has ended."""
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(do)

    def _introduce(self) -> None:
        devices = [] if self._gpu is None else [self._gpu.public()]
        self._keeper.introduce(self._room, devices, versions())

    async def _work(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._running.set()
        pause_s, tried = _PAUSE_S, Retried(_LOG, "asking for a task", (UnknownWorker,))
        while not self._stopping.is_set():
            self._wake.clear()
            try:
                claim = await self._next()
            except (KeeperAway, UnknownWorker) as error:
                tried.failed(error)
                await self._woken(pause_s)
                pause_s = min(2 * pause_s, _LONGEST_PAUSE_S)
                continue
            except GatewayRefused as error:
                self._give_up(error)
                await self._woken(_LONGEST_PAUSE_S)  # the stop that follows wakes it
                continue
            except Exception as error:
                tried.failed(error)
                await self._woken(_LONGEST_PAUSE_S)
                continue
            tried.worked()
            pause_s = _PAUSE_S
            if claim is not None and self._stopping.is_set():
                self._keeper.forget(claim)  # signing off releases it
            elif claim is not None:
                doing = asyncio.ensure_future(self._do(claim, plain_queue_for(claim.task)))
                await asyncio.sleep(0)  # so that its place is taken
                self._at_work.add(doing)
                doing.add_done_callback(self._at_work.discard)
        while self._at_work:
            await asyncio.wait(self._at_work)
        await self._keeper.close_claims()

    def _cancel_what_has_just_begun(self) -> None:
        """Cancels tasks that began too late for the desk, which has released all others."""
        for doing in self._at_work:
            doing.cancel()

    async def _next(self) -> Claim | None:
        """The next claim; None if none came, or if another queue has room now."""
        free = [queue for queue in self._queues if self._busy[queue] < self._room[queue]]
        if not free:
            await self._woken(None)
            return None
        asking, waking = asyncio.ensure_future(self._keeper.next(free)), asyncio.ensure_future(self._wake.wait())
        await asyncio.wait({asking, waking}, return_when=asyncio.FIRST_COMPLETED)
        waking.cancel()
        if not asking.done():
            asking.cancel()  # a claim that came meanwhile is released at the next call
            await asyncio.wait({asking})
        return None if asking.cancelled() else asking.result()

    async def _woken(self, limit_s: float | None) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(limit_s):
                await self._wake.wait()

    async def _do(self, claim: Claim, queue: str) -> None:
        self._busy[queue] += 1
        try:
            await self._handlers[claim.task.kind](claim.task)
        except asyncio.CancelledError:
            return  # it was cancelled and released
        except Exception:
            _LOG.exception("a task failed in this worker")
            await asyncio.to_thread(self._lose, claim)
        finally:
            self._keeper.forget(claim)
            self._busy[queue] -= 1
            self._wake.set()

    def _lose(self, claim: Claim) -> None:
        try:
            self._keeper.lose(claim, _DROPPED)
        except (KeeperAway, GatewayRefused) as error:
            _LOG.warning("the service could not be told: %s", error)

    def _give_up(self, error: GatewayRefused) -> None:
        if self._refused is None:
            self._refused = error
            self.given_up()

    def _beat_until_stopped(self) -> None:
        """Sends heartbeats until it is told to stop, and then as long as anything is under way."""
        tried = Retried(_LOG, "a heartbeat")
        while not self._stopping.wait(self._keeper.until_next_beat_s):
            self._beat(tried)
        while self._working.is_alive():
            self._beat(tried)
            self._working.join(self._keeper.until_next_beat_s)

    def _beat(self, tried: Retried) -> None:
        # While the service is away the work goes on. Once it can be reached, it takes the results or refuses them.
        try:
            try:
                self._keeper.beat(taking=not self._stopping.is_set())
            except UnknownWorker:
                _LOG.warning("the service gave this worker up; other workers have its tasks now")
                self._introduce()
        except GatewayRefused as error:
            self._give_up(error)
            self._keeper.drop_all()
        except Exception as error:
            tried.failed(error)
        else:
            tried.worked()
