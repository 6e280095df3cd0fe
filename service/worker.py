"""`warpack worker`: a process that takes tasks of a service, and answers no calls."""

from __future__ import annotations

import signal
import threading
from collections import deque
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from socket import socketpair
from typing import Protocol

from warpack.service.jobs.capabilities import queues_for
from warpack.service.jobs.gateway.keeper import GatewayKeeper
from warpack.service.jobs.gateway.runner import GatewayRunner
from warpack.service.jobs.gpu import Gpu
from warpack.service.jobs.job_runner import JobRunner
from warpack.service.settings import Settings

_STOPPING = (signal.SIGINT, signal.SIGTERM)


class Runner(Protocol):
    """Takes tasks between `start` and `stop`. Once `hurry` is set, `stop` waits for no task."""

    hurry: threading.Event

    def start(self) -> None: ...

    def stop(self) -> None: ...


def work(
    settings: Settings,
    *,
    ready: Callable[[], None] | None = None,
    gpu: Gpu | None = None,
    queues: Collection[str] = (),
) -> None:
    """Works until SIGINT or SIGTERM. Then it finishes short tasks, and releases the others. A second signal releases
    all at once. `ready` is called once it takes tasks. With a `gpu` (see `warpack.service.jobs.gpu.find_gpu`) it does
    the tasks for a GPU of that architecture. `queues`: see `warpack.service.jobs.capabilities.queues_for`. Raises
    ValueError if the settings leave it nothing to do, or if it cannot do what is asked."""
    if not settings.workers:
        raise ValueError("a worker with workers = 0 would do nothing: set workers to 1 or more")
    _work(JobRunner(settings, gpu=gpu, queues=queues), threading.Event(), ready)


def work_through_gateway(
    settings: Settings,
    keeper: GatewayKeeper,
    *,
    ready: Callable[[], None] | None = None,
    gpu: Gpu | None = None,
    queues: Collection[str] = (),
) -> None:
    """The same for a service that is reached by HTTPS alone. Raises GatewayRefused if the service refuses this worker,
    at the start or later. Raises KeeperAway if the service cannot be reached at the start."""
    stop = threading.Event()
    _work(GatewayRunner(settings, keeper, queues_for(queues, gpu), gpu, given_up=stop.set), stop, ready)


def _work(runner: Runner, stop: threading.Event, ready: Callable[[], None] | None) -> None:
    with _set_by_signals(stop, runner.hurry):
        runner.start()
        try:
            if ready is not None:
                ready()
            stop.wait()
        finally:
            runner.stop()


@contextmanager
def _set_by_signals(*events: threading.Event) -> Iterator[None]:
    """Each SIGINT or SIGTERM sets the next of the events, in a thread. The handler of a signal could not: it only runs
    once the main thread wakes up, which a signal does not see to that comes just before the main thread waits, or that
    another thread gets. And the main thread may hold the lock of the event that the handler would set."""
    ours, theirs = socketpair()
    theirs.setblocking(False)

    def listen() -> None:
        waiting = deque(events)
        while numbers := ours.recv(1):
            if numbers[0] in _STOPPING and waiting:
                waiting.popleft().set()

    listening = threading.Thread(target=listen, name="warpack-signals", daemon=True)
    listening.start()
    woken = signal.set_wakeup_fd(theirs.fileno(), warn_on_full_buffer=False)
    handlers = {number: signal.signal(number, lambda *_: None) for number in _STOPPING}
    try:
        yield
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(woken)
        theirs.close()
        listening.join()
        ours.close()
