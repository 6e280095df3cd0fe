"""A database's clock that is set back an hour, and forward again: `python -m tests.acceptance.clock_set_back
[--postgresql]`.

While a worker is stopped that holds a solve, while a batch waits that nobody has handed over, and while others are at
work. Everything must be finished, once, and nothing be counted against a worker that was well.
"""

from __future__ import annotations

import os
import signal
import time
from collections import Counter
from contextlib import ExitStack
from pathlib import Path

import psycopg

from tests.acceptance.trial import parser_of, place
from tests.helpers.hard_manifest import hard_manifest
from tests.helpers.postgres import Server
from tests.helpers.processes import eventually
from tests.helpers.service_process import finished, service, worker
from tests.helpers.serving import WRONG_CLOCK
from warpack.service.settings import Settings
from warpack.service.store import Store

_HOUR_S = 3600.0
_BATCH = 30
_SEEN_WITHIN_S = 2.0
"""Each process has looked at the others."""
_OWN_CLOCK = """
    CREATE TABLE public.wrong_by (seconds float8);
    INSERT INTO public.wrong_by VALUES (0);
    CREATE FUNCTION public.clock_timestamp() RETURNS timestamptz LANGUAGE sql VOLATILE AS
        'SELECT pg_catalog.clock_timestamp() + make_interval(secs => (SELECT seconds FROM public.wrong_by))';
"""


class Clock:
    """Of the database: an own function in PostgreSQL that is found before the server's, and in SQLite a function of
    each process."""

    def __init__(self, folder: Path, postgres: Server | None) -> None:
        self._file = folder / "wrong-by"
        self.url = None if postgres is None else postgres.new_database()
        if self.url is not None:
            with psycopg.connect(self.url, autocommit=True) as connection:
                connection.execute(_OWN_CLOCK)
                name = connection.info.dbname
                connection.execute(f'ALTER DATABASE "{name}" SET search_path = public, pg_catalog'.encode())
        self.set(0.0)
        os.environ[WRONG_CLOCK] = str(self._file)

    def set(self, wrong_by_s: float) -> None:
        if self.url is not None:
            with psycopg.connect(self.url, autocommit=True) as connection:
                connection.execute("UPDATE public.wrong_by SET seconds = %s", [wrong_by_s])
        draft = self._file.with_suffix(".new")
        draft.write_text(str(wrong_by_s))
        draft.replace(self._file)


def run(folder: Path, *, postgres: Server | None = None) -> list[str]:
    """What was seen. Raises AssertionError where something is lost, done twice, or counted that was no loss."""
    clock = Clock(folder, postgres)
    data, url = folder / "data", clock.url
    with ExitStack() as stack:
        stopped = stack.enter_context(worker(data, database_url=url, plain=True, queues="solve", workers=1))
        with service(data, workers=0, database_url=url) as first, first.client() as client:
            long = client.submit(hard_manifest(1, time_limit_s=4))
            eventually(lambda: client.get(long["id"])["state"] == "solving", "the solve has begun")
            os.kill(stopped.pid, signal.SIGSTOP)
            entries = client.batch([hard_manifest(2 + n, boxes=2, time_limit_s=0.2) for n in range(_BATCH)])
            first.kill_9()
        store = Store(Settings(data_dir=data, database_url=url))
        stack.callback(store.close)
        behind = sum(not row[0] for row in _rows(store, "SELECT submitted FROM solves"))
        clock.set(-_HOUR_S)
        begun = time.monotonic()
        second = stack.enter_context(service(data, workers=0, database_url=url))
        stack.enter_context(worker(data, database_url=url, plain=True))
        with second.client() as client:
            jobs = [long, *(entry.job for entry in entries if entry.job is not None)]
            assert len(jobs) == 1 + _BATCH
            assert [finished(client, job)["state"] for job in jobs] == ["ready"] * len(jobs)
            took_s = time.monotonic() - begun
            os.kill(stopped.pid, signal.SIGCONT)
            eventually(lambda: len(client.devices()["workers"]) == 2, "the stopped worker is entered again")
            other = client.submit(hard_manifest(99, time_limit_s=8))
            eventually(lambda: client.get(other["id"])["state"] == "solving", "another solve has begun")
            time.sleep(_SEEN_WITHIN_S)
            clock.set(0.0)
            assert finished(client, other)["state"] == "ready"
        lost = Counter(row[0] for row in _rows(store, "SELECT losses FROM solves"))
        assert lost == {0: _BATCH + 1, 1: 1}, lost  # the stopped worker's is the one
        assert _rows(store, "SELECT count(*), count(DISTINCT solve_id) FROM layouts") == [(_BATCH + 2, _BATCH + 2)]
        assert _rows(store, "SELECT count(*), count(DISTINCT solve_id) FROM validations") == [(_BATCH + 2, _BATCH + 2)]
    return [
        f"{behind} of {_BATCH} solves had not been handed over, and one was held by a stopped worker, an hour back",
        f"all finished {took_s:.1f} s after that, each once; one loss was counted, the stopped worker's",
    ]


def _rows(store: Store, query: str) -> list[tuple[object, ...]]:
    with store._database.reading() as connection:
        return [tuple(row) for row in connection.exec_driver_sql(query)]


def main() -> None:
    parser = parser_of(__doc__)
    asked = parser.parse_args()
    with place("clock", postgresql=asked.postgresql) as (folder, postgres):
        print("\n".join(run(folder, postgres=postgres)))


if __name__ == "__main__":
    main()
