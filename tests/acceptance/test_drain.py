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


def solves(data_dir: Path) -> list[Any]:
    """State, losses and whether somebody holds it, of each long solve in the order of its limit."""
    query = "SELECT state, losses, holder IS NOT NULL FROM solves WHERE time_limit_s <> 1 ORDER BY time_limit_s"
    with closing(sqlite3.connect(data_dir / "warpack.sqlite")) as connection:
        return connection.execute(query).fetchall()


def states(data_dir: Path) -> list[str]:
    return [row[0] for row in solves(data_dir)]


def test_a_worker_finishes_what_is_short_releases_the_rest_and_takes_only_from_its_queues(tmp_path: Path) -> None:
    with (
        service(tmp_path, workers=0) as answering,
        answering.client() as client,
        worker(tmp_path, workers=3, drain_s=600.0, queues="solve") as working,
    ):
        compiled = client.submit(hard_manifest(boxes=2, time_limit_s=1) | {"validation": "compiled"})
        assert held_up(client, compiled)["waiting_for"]["capability"] == "gpu-extra"
        for limit_s in (3, 500, 900):
            client.submit(hard_manifest(time_limit_s=limit_s))
        eventually(lambda: states(tmp_path) == ["solving"] * 3, "all have begun")
        working.send_signal(signal.SIGTERM)
        eventually(lambda: states(tmp_path) == ["solved", "solving", "queued"], "short: done, too long: released")
        assert client.devices()["workers"] == []
        working.send_signal(signal.SIGTERM)
        assert working.wait(PATIENCE_S) == 0
        assert solves(tmp_path) == [("solved", 0, 0), ("queued", 0, 0), ("queued", 0, 0)]
