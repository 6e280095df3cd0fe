"""Copies a PostgreSQL store by PostgreSQL's client programs. A dump is one snapshot; a restore is one transaction."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from sqlalchemy import URL, create_engine, inspect, text

from warpack.service.store.backup.errors import BackupError
from warpack.service.store.tables import metadata

TABLES = (*metadata.tables, "alembic_version")


def dump(url: URL, to: Path) -> str:
    """Writes one snapshot of the store's tables. Returns their migration step."""
    engine = create_engine(url)
    try:
        with engine.connect() as connection:
            if not inspect(connection).has_table("alembic_version"):
                raise BackupError(f"there is no store to back up in the database {url.database}")
            revision = str(connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one())
    finally:
        engine.dispose()
    tables = [f"--table={name}" for name in TABLES]
    _run(url, "pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--file={to}", *tables)
    return revision


def load(url: URL, made: Path) -> None:
    """Replaces the store's tables by those of this dump: all of them, or none."""
    script = made.with_name("store.sql")
    _run(url, "pg_restore", "--no-owner", "--no-privileges", f"--file={script}", str(made), connects=False)
    gone = "DROP TABLE IF EXISTS " + ", ".join(f'"{name}"' for name in TABLES) + " CASCADE"
    quiet = ("--no-psqlrc", "--quiet", "--output=/dev/null", "--set=ON_ERROR_STOP=1")
    _run(url, "psql", *quiet, "--single-transaction", f"--command={gone}", f"--file={script}")


def _run(url: URL, program: str, *arguments: str, connects: bool = True) -> None:
    found = shutil.which(program)
    if found is None:
        raise BackupError(
            f"{program} is not on PATH: it comes with PostgreSQL's client programs (Debian: apt-get install "
            "postgresql-client), of the server's version or later"
        )
    database, environment = _without_password(url)
    where = [f"--dbname={database}"] if connects else []
    ran = subprocess.run(  # noqa: S603  (a program of PostgreSQL)
        [found, *where, *arguments],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **environment, "PGOPTIONS": "-c client_min_messages=warning"},
    )
    if ran.returncode:
        said = ran.stderr.strip().splitlines()
        raise BackupError(f"{program} failed: {said[0] if said else f'exit code {ran.returncode}'}")


def _without_password(url: URL) -> tuple[str, dict[str, str]]:
    """The URL without its password, and the environment variable with it. Every user of the machine can read the
    arguments of a program."""
    password = url.password or url.query.get("password")
    query = {name: value for name, value in url.query.items() if name != "password"}
    plain = URL.create("postgresql", url.username, None, url.host, url.port, url.database, query)
    return plain.render_as_string(), {} if password is None else {"PGPASSWORD": str(password)}
