"""A long solve that is cancelled, shared and restarted: `python -m tests.acceptance.long_solve --seconds 60
[--postgresql]`.

Cancelled while it runs; cancelled by one of two who asked for it; five orderly restarts of everything in the middle of
it. Exit code 1: the child lived on for more than a second after it was cancelled.
"""

from __future__ import annotations

import sys
import time
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path

from tests.acceptance.trial import parser_of, place
from tests.helpers.hard_manifest import hard_manifest
from tests.helpers.postgres import Server
from tests.helpers.processes import descendants, eventually, lives
from tests.helpers.service_process import ServiceProcess, finished, service
from warpack.service.client import Client
from warpack.service.settings import Settings
from warpack.service.store import Store
from warpack.solver import load_manifest, read_layout, verify

_GONE_S = 1.0
_RESTARTS = 5


@dataclass(frozen=True, slots=True)
class Seen:
    """Seconds from the call that cancels until its answer, and until no child was left; and all that the restarted
    solve took."""

    answered_s: float
    gone_s: float
    restarted_s: float


def run(folder: Path, *, seconds: float, postgres: Server | None = None) -> Seen:
    """Raises AssertionError where a layout is missing or wrong, another caller loses his, or an attempt is counted as
    lost."""
    url = None if postgres is None else postgres.new_database()
    with service(folder, database_url=url, plain=True) as running, running.client() as client:
        answered_s, gone_s = _cancelled(running, client, seconds)
        _shared(client, seconds)
    begun = time.monotonic()
    _restarted(folder, url, seconds)
    with closing(Store(Settings(data_dir=folder, database_url=url))) as store, store._database.reading() as connection:
        losses, attempt = connection.exec_driver_sql("SELECT sum(losses), max(attempt) FROM solves").one()
    assert losses == 0
    assert attempt > _RESTARTS
    return Seen(answered_s, gone_s, time.monotonic() - begun)


def _restarted(folder: Path, url: str | None, seconds: float) -> None:
    manifest = hard_manifest(3, time_limit_s=seconds)

    def begin() -> tuple[ServiceProcess, Client]:
        running = stack.enter_context(service(folder, database_url=url, plain=True))
        return running, stack.enter_context(running.client())

    for _ in range(_RESTARTS):
        with ExitStack() as stack:
            running, client = begin()
            _is_solved(client, str(client.submit(manifest)["id"]))  # an order more for the same solve
            assert running.stop() == 0
    with ExitStack() as stack:
        _, client = begin()
        orders = list(client.jobs(name=manifest["name"]))
        assert len(orders) == _RESTARTS
        for order in orders:
            done = finished(client, order)
            assert (done["state"], done["problem"]) == ("ready", None)
            assert verify(load_manifest(manifest), read_layout(done["layout"])).passed


def _is_solved(client: Client, job_id: str) -> None:
    eventually(lambda: client.get(job_id)["state"] == "solving", "the solve is under way")


def _cancelled(running: ServiceProcess, client: Client, seconds: float) -> tuple[float, float]:
    manifest = hard_manifest(1, time_limit_s=seconds)
    before = descendants(running.process.pid)
    job = client.submit(manifest)
    eventually(lambda: client.get(job["id"])["state"] == "solving", "the solve has begun")
    stream = client.events(job["id"])
    eventually(lambda: next(stream).kind == "incumbent", "it has a layout")
    children = descendants(running.process.pid) - before
    assert children, "no child is at work"
    begun = time.monotonic()
    cancelled = client.cancel(job["id"])
    answered_s = time.monotonic() - begun
    eventually(lambda: not any(lives(pid) for pid in children), "its children are gone")
    gone_s = time.monotonic() - begun
    assert cancelled["state"] == "cancelled"
    assert verify(load_manifest(manifest), read_layout(cancelled["best_so_far"])).passed
    return answered_s, gone_s


def _shared(client: Client, seconds: float) -> None:
    manifest = hard_manifest(2, time_limit_s=seconds)
    mine, yours = client.submit(manifest), client.submit(manifest)
    eventually(lambda: client.get(mine["id"])["state"] == "solving", "the solve has begun")
    assert client.cancel(mine["id"])["state"] == "cancelled"
    done = finished(client, yours)
    assert done["state"] == "ready"
    assert verify(load_manifest(manifest), read_layout(done["layout"])).passed
    assert client.get(mine["id"])["state"] == "cancelled"


def main() -> int:
    parser = parser_of(__doc__)
    parser.add_argument("--seconds", type=float, default=60.0)
    asked = parser.parse_args()
    with place("long", postgresql=asked.postgresql) as (folder, postgres):
        seen = run(folder / "data", seconds=asked.seconds, postgres=postgres)
    print(
        f"cancelled  answered after {seen.answered_s:.2f} s, children gone after {seen.gone_s:.2f} (at most {_GONE_S:g})"
    )
    print("shared     the other caller has a layout")
    print(f"restarted  {_RESTARTS} times, finished after {seen.restarted_s:.0f} s, no attempt lost")
    return 0 if seen.gone_s <= _GONE_S else 1


if __name__ == "__main__":
    sys.exit(main())
