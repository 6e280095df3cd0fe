"""Whether the service can work now: its database can be read and written, and its disk has room.

The check has its own thread, its own connection and short time limits. So it answers within a second, whatever the
other calls wait for.
"""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from sqlalchemy import NullPool, create_engine, make_url, text

from warpack.service.api.edge.database_faults import DISK_FULL, UNREACHABLE, Unavailable, unavailable
from warpack.service.settings import Settings
from warpack.service.store.database import existing

LEAST_FREE_BYTES = 16 * 2**20
"""A disk with less free space counts as full."""

_PATIENCE_S = 0.5

_OWN_THREAD = ThreadPoolExecutor(1, "warpack-health")
"""The shared threads may all be waiting for the database."""


async def fault_of(settings: Settings) -> Unavailable | None:
    """The first fault found. A lock that another process holds is waited for half a second at most."""
    return await asyncio.get_running_loop().run_in_executor(_OWN_THREAD, _look, settings)


def _look(settings: Settings) -> Unavailable | None:
    try:
        if shutil.disk_usage(settings.data_dir).free < LEAST_FREE_BYTES:
            return DISK_FULL
        _try_folder(settings.data_dir)
        _try_database(settings.store_url)
    except FileNotFoundError:
        return UNREACHABLE  # the folder is gone, or its disk
    except Exception as error:
        found = unavailable(error)
        if found is None:
            raise
        return found
    return None


def _try_folder(folder: Path) -> None:
    """Writes a file. That also finds a quota, or a folder that became read-only."""
    with tempfile.TemporaryFile(dir=folder) as probe:
        probe.write(bytes(4096))


def _try_database(url: str) -> None:
    sqlite = make_url(url).get_backend_name() == "sqlite"
    patience = {"timeout": _PATIENCE_S} if sqlite else {"connect_timeout": 1}
    engine = create_engine(existing(url), poolclass=NullPool, connect_args=patience)
    with engine.connect() as connection:
        if sqlite:
            connection.connection.driver_connection.isolation_level = None  # type: ignore[union-attr]  # sqlite3's
            connection.exec_driver_sql("BEGIN IMMEDIATE")  # fails if a writer would not get the lock
        connection.execute(text("SELECT id FROM orders LIMIT 1")).all()
        connection.rollback()
