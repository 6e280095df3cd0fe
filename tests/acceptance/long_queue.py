"""A long queue, and a restart in the middle: `python -m tests.acceptance.long_queue --jobs 2000 [--postgresql]`.

Everything is ended in order while solves are queued, and started again. Exit code 1: the service was not ready within 5
seconds, its first results took more than 2, or so did a new manifest of four buffers whose caller waits.
"""

from __future__ import annotations

import os
import sys
import time
from collections import Counter
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2

from tests.acceptance.trial import parser_of, place
from tests.helpers.postgres import Server
from tests.helpers.processes import PATIENCE_S, eventually, processor_s
from tests.helpers.service_process import ServiceProcess, service, worker
from warpack.service.settings import Settings
from warpack.service.store import Store

_AT_ONCE = 1000
_NEW_ONES = 5
_READY_S, _FIRST_S, _NEW_S = 5.0, 2.0, 2.0
_PATIENCE_S = 1800.0


@dataclass(frozen=True, slots=True)
class Seen:
    """Seconds: until all had ended, from the start until the service was ready, from there until the first result, and
    until each new manifest was answered. `waited`: how many were unfinished while the new ones were posted. `spent`:
    seconds of a processor that the two processes took after the restart, without their children, and `to_start` those
    of the service until it was ready."""

    stopped_s: float
    ready_s: float
    first_s: float
    new_s: tuple[float, ...]
    waited: int
    finished_s: float
    spent: float
    to_start: float

    @property
    def holds(self) -> bool:
        return self.ready_s <= _READY_S and self.first_s <= _FIRST_S and max(self.new_s) <= _NEW_S and self.waited > 0


def manifest(number: int) -> dict[str, Any]:
    """Four buffers, proven in milliseconds; each number is a hash of its own."""
    return {
        "schema": "warpack/manifest/1",
        "name": f"queued {number}",
        "target": {"compute_capability": "8.6"},
        "launch": {"max_threads_per_block": 64},
        "timeline": {"phases": ["init", "first", "second", "commit"], "loops": [[1, 4]]},
        "buffers": [
            {"name": "state", "size": 4, "dtype": "float32", "persistent": True, "zero": "entry"},
            {"name": "rhs", "size": 1 + number % 100, "dtype": "float32", "lifetime": [["first", "second"]]},
            {"name": "flags", "size": 1 + number // 100, "dtype": "uint8", "lifetime": [["init", "first"]]},
            {"name": "sum", "size": 2, "dtype": "float64", "lifetime": [["second", "commit"]]},
        ],
        "validation": "static",
    }


def run(folder: Path, *, jobs: int, postgres: Server | None = None) -> Seen:
    """Raises AssertionError where a job is not finished, or was counted as lost."""
    url = None if postgres is None else postgres.new_database()
    store = Store(Settings(data_dir=folder, database_url=url))

    def left() -> int:
        return sum(store.figures.now().orders.values())

    with closing(store):
        with ExitStack() as stack:
            running = stack.enter_context(service(folder, database_url=url, plain=True, fresh=True))
            working = stack.enter_context(worker(folder, database_url=url, plain=True))
            ids = _ordered(running, jobs)
            eventually(lambda: left() < jobs, "the first are done")
            begun = time.monotonic()
            working.terminate()
            assert (running.stop(), working.wait(PATIENCE_S)) == (0, 0)
            stopped_s, before = time.monotonic() - begun, left()
        assert before > 0, "everything was done before the restart: ask for more jobs"
        with ExitStack() as stack:
            started = time.monotonic()
            running = stack.enter_context(service(folder, database_url=url, plain=True, fresh=True))
            eventually(lambda: httpx2.get(f"{running.url}/readyz", trust_env=False).status_code == 200, "it is ready")
            ready, to_start = time.monotonic(), processor_s(running.process.pid)
            eventually(lambda: left() < before, "the first result after the restart")
            first = time.monotonic()
            working = stack.enter_context(worker(folder, database_url=url, plain=True))
            new_s = tuple(_answered_s(running, jobs + number) for number in range(_NEW_ONES))
            waited = left()
            while left():  # seldom: each look costs as much as a job
                assert time.monotonic() - started < _PATIENCE_S, f"{left()} are not finished"
                time.sleep(1.0)
            finished_s = time.monotonic() - started
            spent = processor_s(running.process.pid) + processor_s(working.pid)
        assert Counter(job.state for job in store.jobs.some(ids).values()) == {"ready": jobs}
        assert _losses(store) == 0
    return Seen(stopped_s, ready - started, first - ready, new_s, waited, finished_s, spent, to_start)


def _ordered(running: ServiceProcess, jobs: int) -> list[str]:
    ids: list[str] = []
    with running.client() as client:
        for first in range(0, jobs, _AT_ONCE):
            entries = client.batch([manifest(number) for number in range(first, min(first + _AT_ONCE, jobs))])
            ids += [entry.job.id for entry in entries if entry.job is not None]
    assert len(ids) == jobs
    return ids


def _answered_s(running: ServiceProcess, number: int) -> float:
    with running.client() as client:
        begun = time.monotonic()
        job = client.submit(manifest(number), 60)
        assert job["state"] == "ready", job
        return time.monotonic() - begun


def _losses(store: Store) -> int:
    with store._database.reading() as connection:
        return int(connection.exec_driver_sql("SELECT sum(losses) FROM solves").scalar_one())


def main() -> int:
    parser = parser_of(__doc__)
    parser.add_argument("--jobs", type=int, default=2000)
    asked = parser.parse_args()
    with place("queue", postgresql=asked.postgresql) as (folder, postgres):
        seen = run(folder / "data", jobs=asked.jobs, postgres=postgres)
    print(f"load of the machine {os.getloadavg()[0]:.1f}, {os.cpu_count()} processors")
    print(f"ended in order in {seen.stopped_s:.1f} s")
    print(
        f"ready             {seen.ready_s:.2f} s after the start (at most {_READY_S:g}), {seen.to_start:.1f} s of a processor"
    )
    print(f"first result      {seen.first_s:.2f} s after that (at most {_FIRST_S:g})")
    print(
        f"a new manifest    {', '.join(f'{s:.2f}' for s in seen.new_s)} s, {seen.waited} waiting (at most {_NEW_S:g})"
    )
    print(f"all {asked.jobs} finished {seen.finished_s:.1f} s after the start; both processes took {seen.spent:.1f} s")
    return 0 if seen.holds else 1


if __name__ == "__main__":
    sys.exit(main())
