"""Jobs while processes die: `python -m tests.acceptance.kill_trial --jobs 250 --kills 15 [--postgresql --crashes 2]`.

Several APIs and workers run as real processes over one database, one of them at a time is ended by SIGKILL and started
again, and on PostgreSQL the server itself is stopped as by a crash. Then every job must be finished, once, with a
layout that verifies.
"""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.acceptance.trial import parser_of, place
from tests.helpers.hard_manifest import hard_manifest
from tests.helpers.postgres import Server
from tests.helpers.service_process import ServiceProcess, service, worker
from warpack.service.client import ApiProblem, Client
from warpack.service.settings import Settings
from warpack.service.store import Store
from warpack.solver import load_manifest, read_layout, verify

_SECONDS_PER_JOB = 0.3
_PATIENCE_S = 900.0


@dataclass
class Trial:
    """`processes`: what runs now, by name, with what ends it in order."""

    folder: Path
    database_url: str | None
    seed: int = 1
    started: dict[str, tuple[AbstractContextManager[Any], Any]] = field(default_factory=dict)

    def start(self, name: str) -> None:
        folder = self.folder if self.database_url is None else self.folder / name
        if name.startswith("api"):
            manager: AbstractContextManager[Any] = service(folder, workers=0, database_url=self.database_url)
        else:
            manager = worker(folder, database_url=self.database_url, plain=True)
        self.started[name] = manager, manager.__enter__()

    def kill(self, name: str) -> None:
        manager, process = self.started.pop(name)
        (process.process if isinstance(process, ServiceProcess) else process).kill()
        manager.__exit__(None, None, None)

    def stop(self) -> None:
        for manager, _ in self.started.values():
            manager.__exit__(None, None, None)

    def anyone(self, do: Callable[[Client], Any]) -> Any:
        """Ask any API, again and again while they are being killed."""
        until = time.monotonic() + _PATIENCE_S
        while True:
            apis = [
                process for process in (one for _, one in self.started.values()) if isinstance(process, ServiceProcess)
            ]
            try:
                with random.choice(apis).client() as client:
                    return do(client)
            except ApiProblem as error:
                refused = error.status not in (0, 500, 503)
                if refused or time.monotonic() > until:
                    raise
            time.sleep(0.1)


def manifest(number: int) -> dict[str, Any]:
    """One that no bound settles, so that it takes its whole time; each with a hash of its own."""
    return hard_manifest(number, boxes=6, time_limit_s=_SECONDS_PER_JOB)


def run(
    folder: Path, *, jobs: int, kills: int, postgres: Server | None = None, crashes: int = 0, seed: int = 1
) -> None:
    """Raises AssertionError where a job is lost, doubled or failed, or a layout does not verify."""
    chance = random.Random(seed)
    trial = Trial(folder, None if postgres is None else postgres.new_database())
    with ExitStack() as stack:
        stack.callback(trial.stop)
        for name in ("api 1", "worker 1", "api 2", "worker 2", "worker 3"):
            trial.start(name.replace(" ", "-"))
        ids = [_post(trial, number) for number in range(jobs)]
        events = ["kill"] * kills + ["crash"] * crashes
        chance.shuffle(events)
        for event in events:
            time.sleep(chance.uniform(0.2, 1.0))
            if event == "crash" and postgres is not None:
                postgres.stop("immediate")
                postgres.start()
                continue
            name = chance.choice(sorted(trial.started))
            trial.kill(name)
            trial.start(name)
        for number, job_id in enumerate(ids):
            _check(trial, number, job_id)
        _count(trial, jobs)


def _post(trial: Trial, number: int) -> str:
    job = trial.anyone(lambda client: client.submit(manifest(number), idempotency_key=f"trial-{number}"))
    return str(job["id"])


def _check(trial: Trial, number: int, job_id: str) -> None:
    until = time.monotonic() + _PATIENCE_S
    job = trial.anyone(lambda client: client.get(job_id, 30))
    while job["state"] not in ("ready", "failed", "cancelled", "infeasible") and time.monotonic() < until:
        job = trial.anyone(lambda client: client.get(job_id, 30))
    assert job["state"] == "ready", (number, job["state"], job["problem"])
    assert verify(load_manifest(manifest(number)), read_layout(job["layout"])).passed


def _count(trial: Trial, jobs: int) -> None:
    store = Store(Settings(data_dir=trial.folder, database_url=trial.database_url))
    found = store.jobs.newest(jobs + 1)
    store.close()
    assert Counter(job.state for job in found) == {"ready": jobs}
    assert len({job.manifest_sha256 for job in found}) == jobs


def main() -> None:
    parser = parser_of(__doc__)
    parser.add_argument("--jobs", type=int, default=250)
    parser.add_argument("--kills", type=int, default=15)
    parser.add_argument("--crashes", type=int, default=0)
    asked = parser.parse_args()
    with place("kills", postgresql=asked.postgresql) as (folder, postgres):
        begun = time.monotonic()
        run(folder, jobs=asked.jobs, kills=asked.kills, postgres=postgres, crashes=asked.crashes)
        print(f"{asked.jobs} jobs finished, none lost, none doubled, none failed, in {time.monotonic() - begun:.0f} s")


if __name__ == "__main__":
    main()
