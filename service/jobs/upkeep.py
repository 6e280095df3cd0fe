"""Keeps the store and the engine consistent. Tasks of dead workers are taken back. Tasks that the engine was not given
are handed over. Old ones are removed.

Every process does this. Several may do it at once, because each change checks the state that it changes.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

from warpack.service.engine import JobEngine, TaskKey
from warpack.service.jobs.capabilities import room_with_formats
from warpack.service.jobs.desk import Desk
from warpack.service.jobs.presence import Presence
from warpack.service.jobs.retried import Retried
from warpack.service.jobs.task_keys import key_of, parted
from warpack.service.store import Store
from warpack.service.store.records import Task

_LOG = logging.getLogger("warpack.jobs")
_EVERY_S, _NOW_AND_THEN_S, _SELDOM_S = 0.25, 1.0, 10.0
_HAND_OVER_S = 2.0
_ENGINE_KEEPS_S = 3600.0
"""The engine's records of ended tasks only help to find faults, and many of them make it slow. With 100,000 records, a
query for the tasks at work takes 160 ms."""
_MOST_BATCHES = 10
_DEAD = "the worker was killed, or stopped for longer than its lease"
_DROPPED = "the worker gave it up without a result; its log says more"


class Upkeep:
    """`submit` hands a task over. `has_device` says whether there is a live worker with a GPU of an architecture.
    `keep_s` is the retention of ended jobs after their last use; 0 keeps them for good."""

    def __init__(
        self,
        store: Store,
        engine: JobEngine,
        presence: Presence,
        desk: Desk,
        *,
        submit: Callable[[Task], None],
        has_device: Callable[[str], bool],
        keep_s: float = 0.0,
    ) -> None:
        self._store, self._engine, self._presence, self._desk = store, engine, presence, desk
        self._submit, self._has_device, self._keep_s = submit, has_device, keep_s
        self._dropped: frozenset[str] = frozenset()
        self._unclaimed: frozenset[TaskKey] = frozenset()
        self._stopping = threading.Event()

    def start(self) -> None:
        """Begins the upkeep, in a thread of its own."""
        self._thread = threading.Thread(target=self._until_stopped, name="warpack-upkeep", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Ends the upkeep, and waits for its thread."""
        self._stopping.set()
        self._thread.join()

    def _until_stopped(self) -> None:
        now_and_then = handed_over = seldom = time.monotonic()
        tried = Retried(_LOG, "looking after tasks")
        while not self._stopping.wait(_EVERY_S):
            try:
                if self._presence.somebody_died():
                    self.take_back()
                if time.monotonic() > now_and_then:
                    now_and_then = time.monotonic() + _NOW_AND_THEN_S
                    self.take_back()
                if time.monotonic() > handed_over:
                    handed_over = time.monotonic() + _HAND_OVER_S
                    self.hand_over()
                if time.monotonic() > seldom:
                    seldom = time.monotonic() + _SELDOM_S
                    self.seldom()
            except Exception as error:
                tried.failed(error)
            else:
                tried.worked()

    def take_back(self) -> None:
        """Takes back the tasks of dead workers."""
        for worker in self._presence.look()[1]:
            count = self._store.tasks.take_back(worker.id, _DEAD)
            _LOG.warning("worker %s is dead; %d of its tasks were taken back", worker.id, count)
            self._pass_over(worker.id)
            self._presence.remove(worker.id)
            self.hand_over()

    def hand_over(self) -> None:
        """Hands over waiting tasks that the engine was not given."""
        for task in self._store.tasks.unsubmitted():
            self._submit(task)
        for validation_id, compute_capability in self._store.validations.best_on_devices():
            if not self._has_device(compute_capability):
                self._store.validations.fall_back(validation_id)

    def seldom(self) -> None:
        """Finds tasks whose state in the engine does not fit the store. The store alone does not show these."""
        self._engine.give(room_with_formats(self._presence.most_room()))
        self._drop_what_nobody_does()
        entered = {worker.id for worker in self._store.workers.all()}
        for key, worker_id in self._engine.running():
            if worker_id not in entered:
                self._pass_over_one(key)
        waiting = {key_of(task): task for task in self._store.tasks.waiting_long(_SELDOM_S)}
        fates = self._engine.fates(tuple(waiting))
        for key, task in waiting.items():
            if fates[key] in ("unknown", "ended"):  # the engine's database is older than the store's, or was emptied
                self._store.tasks.pass_over(task.kind, task.id, task.attempt)
        self._pass_over_what_nobody_claims(frozenset(key for key in waiting if fates[key] == "running"))
        self.tidy()

    def _pass_over_what_nobody_claims(self, taken: frozenset[TaskKey]) -> None:
        """Passes over tasks that a live worker has taken from its queue and never claimed. The database was away in
        between, and the engine does not know it. A task must be seen so twice, because a claim comes a moment after the
        task is taken."""
        for key in taken & self._unclaimed:
            self._pass_over_one(key)
        self._unclaimed = taken

    def tidy(self) -> None:
        """Removes some of what ended long ago. Nothing waits for this."""
        self._store.uses.write()
        if self._keep_s:
            count = _in_batches(lambda: self._store.retention.tidy(self._keep_s))
            if count:
                _LOG.info("%d jobs were removed: nobody had used them for long", count)
            _in_batches(lambda: self._engine.drop_ended(min(_ENGINE_KEEPS_S, self._keep_s)))

    def _drop_what_nobody_does(self) -> None:
        """Drops claims of this process in the store that it does not work on: a handler failed, or the database was
        away when it ended. A claim must be seen so twice, because it is made before the work on it begins."""
        held = self._store.tasks.held_by(self._presence.id)
        idle = frozenset(held) - self._desk.tokens()
        for token in idle & self._dropped:
            kind, task_id = held[token]
            self._store.tasks.lose_by_token(kind, task_id, token, _DROPPED)
        self._dropped = idle

    def _pass_over(self, worker_id: str) -> None:
        for key, holder in self._engine.running():
            if holder == worker_id:
                self._pass_over_one(key)

    def _pass_over_one(self, key: TaskKey) -> None:
        found = parted(key.id)
        if found is not None:
            self._store.tasks.pass_over(key.kind, *found)
        self._engine.forget((key,))


def _in_batches(do: Callable[[], int]) -> int:
    """Calls `do` until it finds nothing to do, or a number of times at most. Returns the sum of what it did."""
    count = 0
    for _ in range(_MOST_BATCHES):
        done = do()
        count += done
        if not done:
            break
    return count
