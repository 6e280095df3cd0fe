"""`warpack worker`: takes jobs from the same data folder as a service, and answers no calls."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable

from warpack.service.jobs.gpu import Gpu
from warpack.service.jobs.job_runner import JobRunner
from warpack.service.settings import Settings


def work(settings: Settings, *, ready: Callable[[], None] | None = None, gpu: Gpu | None = None) -> None:
    """Work until SIGINT or SIGTERM; jobs under way then are left for the next worker. `ready` is called once it takes
    jobs. With a `gpu` (see `warpack.service.jobs.gpu.find_gpu`) it does what needs one of that architecture, and
    nothing else. Raises ValueError where the settings leave it nothing to do."""
    if not settings.workers:
        raise ValueError("a worker with workers = 0 would do nothing: set workers to 1 or more")
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    runner = JobRunner(settings, gpu=gpu)
    runner.start()
    try:
        if ready is not None:
            ready()
        stop.wait()
    finally:
        runner.stop()
