"""SQLite before 3.42 has no milliseconds of its own; DBOS counts on them under Python 3.12 and later."""

from __future__ import annotations

import time
from pathlib import Path

from sqlalchemy import text

from warpack.service.engine.dbos_engine import _open
from warpack.service.engine.pace import Pace


def test_the_time_that_dbos_writes_is_there_in_every_sqlite(tmp_path: Path) -> None:
    engine = _open(f"sqlite:///{tmp_path / 'engine.sqlite'}", Pace())
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE t (at INTEGER NOT NULL DEFAULT (unixepoch('subsec') * 1000), n INTEGER)"))
        connection.execute(text("INSERT INTO t (n) VALUES (1)"))
        at_ms = connection.execute(text("SELECT at FROM t")).scalar_one()
    engine.dispose()
    assert abs(at_ms / 1000 - time.time()) < 3600
