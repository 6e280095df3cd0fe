"""Announces this process by heartbeats, and says which other processes are dead."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from math import inf
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from warpack.service.jobs.liveness import LivenessLocks
from warpack.service.jobs.retried import Retried
from warpack.service.store.workers import BEAT_S, GATEWAY_PREFIX, LEASE_S, Worker, Workers

_FRESH_S = 1.5
_LOG = logging.getLogger("warpack.jobs")


@dataclass(slots=True)
class _Seen:
    beats: int
    at: float


class Presence:
    """`worker` is what others may know of this process. Between `start` and `stop` it is alive to them.

    Another process is dead if its lock is free or its lease has run out. Clocks may be set, so this process also counts
    heartbeats on its own clock. A process without a heartbeat for the length of a lease is dead although its lease
    still runs: the database's clock was set back. A process with a recent heartbeat is alive although its lease has run
    out: that clock was set forward.
    """

    def __init__(
        self, workers: Workers, folder: Path, worker: Worker, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._workers, self._worker, self._clock = workers, worker, clock
        self._locks = LivenessLocks(folder, worker.id)
        self._since = clock()
        self._seen: dict[str, _Seen] = {}
        self._last: tuple[float, tuple[Worker, ...]] = (-inf, ())
        self._looking = threading.Lock()
        self._stopping = threading.Event()

    @property
    def id(self) -> str:
        """The id of this process among the workers."""
        return self._worker.id

    def start(self) -> None:
        """Enters this process in the store, and begins to send heartbeats."""
        self._workers.beat(self._worker)
        self._beating = threading.Thread(target=self._beat_until_stopped, name="warpack-beat", daemon=True)
        self._beating.start()

    def retire(self) -> None:
        """Announces that this process takes no more tasks. It stays alive as long as it has some."""
        try:
            self._workers.retire(self.id)
        except SQLAlchemyError as error:
            _LOG.warning("the others could not be told that this process takes no more tasks: %s", error)

    def stop(self) -> None:
        """Signs this process off. Call it once no claim is held any longer."""
        self._stopping.set()
        self._beating.join()
        try:
            self._workers.leave(self.id)
        except SQLAlchemyError as error:
            _LOG.warning("this process could not be signed off; its lease will run out: %s", error)
        finally:
            self._locks.release()

    def look(self) -> tuple[tuple[Worker, ...], tuple[Worker, ...]]:
        """The workers that are alive, and those that are dead but still in the store."""
        everybody = self._workers.all()
        with self._looking:
            return self._judged(everybody)

    def _judged(self, everybody: tuple[Worker, ...]) -> tuple[tuple[Worker, ...], tuple[Worker, ...]]:
        dead = tuple(worker for worker in everybody if self._is_dead(worker))
        alive = tuple(worker for worker in everybody if worker not in dead)
        self._last = self._clock(), alive
        self._seen = {worker.id: self._seen[worker.id] for worker in alive if worker.id in self._seen}
        return alive, dead

    def somebody_died(self) -> bool:
        """Whether a worker that was alive at the last `look` has lost its lock since. Does not ask the database."""
        return any(self._locks.is_dead(worker.id) for worker in self._last[1])

    def alive(self) -> tuple[Worker, ...]:
        """The workers that take tasks now, with this one if it does."""
        return tuple(worker for worker in self.look()[0] if worker.queues)

    def lately_alive(self) -> tuple[Worker, ...]:
        """The workers that took tasks at the last `look`. That was a second ago at most; it is now, if this process has
        no upkeep that looks."""
        at, alive = self._last
        if self._clock() - at > _FRESH_S:
            return self.alive()
        return tuple(worker for worker in alive if worker.queues)

    def most_room(self) -> dict[str, int]:
        """For each queue of this process, the most tasks at a time that any live process does of it."""
        others = [worker for worker in self.lately_alive() if not worker.id.startswith(GATEWAY_PREFIX)]
        return {
            queue: max([own, *(worker.room.get(queue, 0) for worker in others)])
            for queue, own in self._worker.room.items()
        }

    def remove(self, worker_id: str) -> None:
        """Removes a dead worker, after its tasks were taken back."""
        self._workers.leave(worker_id)
        self._locks.remove(worker_id)
        self._last = (-inf, ())

    def _is_dead(self, worker: Worker) -> bool:
        if worker.id == self.id:
            return False
        if self._locks.is_dead(worker.id):
            return True
        seen = self._seen.get(worker.id)
        beats = seen is None or seen.beats != worker.beats
        lately = seen is not None and (beats or self._clock() - seen.at < LEASE_S - BEAT_S)
        if worker.left_s <= 0 and not lately:
            # A gateway worker cannot send heartbeats while no API runs.
            return not worker.id.startswith(GATEWAY_PREFIX) or self._clock() - self._since > LEASE_S
        if seen is None or beats:
            self._seen[worker.id] = _Seen(worker.beats, self._clock())
            return False
        return self._clock() - seen.at > LEASE_S

    def _beat_until_stopped(self) -> None:
        tried = Retried(_LOG, "a heartbeat")
        while not self._stopping.wait(BEAT_S):
            try:
                self._workers.beat(self._worker)
            except Exception as error:
                tried.failed(error)
            else:
                tried.worked()
