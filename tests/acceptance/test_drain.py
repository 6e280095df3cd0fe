"""Workers end in order: what is short is done, what is long is released, and nothing is counted."""

from __future__ import annotations

import signal
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from tests.helpers.hard_manifest import hard_manifest
from tests.helpers.processes import PATIENCE_S, eventually
from tests.helpers.service_process import held_up, service, worker


def tasks(data_dir: Path) -> list[Any]:
    """State, attempt, losses and whether somebody holds it, of each solve in the order of its limit."""
    query = "SELECT state, attempt, losses, holder IS NOT NULL FROM solves ORDER BY time_limit_s"
    with closing(sqlite3.connect(data_dir / "warpack.sqlite")) as connection:
        return connection.execute(query).fetchall()


def test_a_worker_finishes_what_is_short_releases_the_rest_and_takes_only_from_its_queues(tmp_path: Path) -> None:
    with service(tmp_path, workers=0) as answering, answering.client() as client:
        with worker(tmp_path, plain=True, drain_s=20.0, queues="solve") as working:
            short, long = (client.submit(hard_manifest(time_limit_s=limit)) for limit in (3, 500))
            eventually(lambda: [row[0] for row in tasks(tmp_path)] == ["solving", "solving"], "both have begun")
            working.send_signal(signal.SIGTERM)
            assert working.wait(PATIENCE_S) == 0
        assert tasks(tmp_path) == [("solved", 1, 0, 0), ("queued", 1, 0, 0)]
        assert client.get(short["id"])["state"] == "validating"
        assert client.cancel(long["id"])["state"] == "cancelled"
        again = client.submit(hard_manifest(time_limit_s=550))
        with worker(tmp_path, drain_s=600.0, queues="solve") as working:
            eventually(lambda: client.get(again["id"])["state"] == "solving", "it has begun")
            compiled = client.submit(hard_manifest(boxes=2) | {"validation": "compiled"})
            waiting = held_up(client, compiled)
            assert waiting["waiting_for"]["capability"] == "gpu-extra"
            working.send_signal(signal.SIGTERM)
            eventually(lambda: client.devices()["workers"] == [], "it takes nothing more")
            assert client.get(again["id"])["state"] == "solving"
            working.send_signal(signal.SIGTERM)
            assert working.wait(PATIENCE_S) == 0
        assert client.get(again["id"])["state"] == "queued"
        assert tasks(tmp_path)[-1][1:] == (1, 0, 0)
