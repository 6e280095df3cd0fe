"""A PostgreSQL server of the tests' own: in a folder that goes away, on a socket file, with the programs of this
machine.

`make test` installs the Debian package where the programs are missing.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

_OPTIONS = (
    "-c listen_addresses= -c max_connections=200 -c autovacuum=off"
    " -c fsync=off -c full_page_writes=off"  # what a killed server wrote is with the kernel: only machines lose more
)
MISSING = "PostgreSQL is not installed: `make test` installs it (Debian: apt-get install postgresql)"


def programs() -> Path | None:
    """The folder of `initdb` and `pg_ctl`; None where there is none."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if found:
        return found[-1].parent
    on_path = shutil.which("initdb")
    return Path(on_path).resolve().parent if on_path else None


@dataclass(frozen=True)
class Server:
    folder: Path
    bin: Path

    def url(self, database: str) -> str:
        return f"postgresql://postgres@/{database}?host={self.folder}"

    def new_database(self, template: str = "template0") -> str:
        """The URL of an empty one, or of a copy."""
        name = f"t{uuid.uuid4().hex}"
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"'.encode())
        return self.url(name)

    def start(self) -> None:
        options = f"{_OPTIONS} -k {self.folder}"
        self._control("-w", "-l", str(self.folder / "log"), "-o", options, "start")

    def stop(self, how: str = "fast") -> None:
        """`immediate` is a crash: nothing is written, and the next start recovers from the log."""
        self._control("-w", "-m", how, "stop")

    def _control(self, *arguments: str) -> None:
        _as_server(str(self.bin / "pg_ctl"), "-D", str(self.folder / "data"), *arguments)


@contextmanager
def server() -> Iterator[Server]:
    found = programs()
    if found is None:
        raise FileNotFoundError(MISSING)
    folder = Path(tempfile.mkdtemp(prefix="warpack-pg-", dir="/tmp"))  # a short path: it is that of a socket
    made = Server(folder, found)
    try:
        if os.getuid() == 0:
            owner = pwd.getpwnam("postgres")
            os.chown(folder, owner.pw_uid, owner.pw_gid)
        data = str(folder / "data")
        _as_server(str(found / "initdb"), "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync")
        made.start()
        try:
            yield made
        finally:
            _end(made)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _end(made: Server) -> None:
    if (made.folder / "data" / "postmaster.pid").exists():
        made.stop("immediate")


def _as_server(*command: str) -> None:
    """PostgreSQL refuses to run as root."""
    user = "postgres" if os.getuid() == 0 else None
    done = subprocess.run(
        command, user=user, group=user, extra_groups=[] if user else None, cwd="/", capture_output=True, text=True
    )
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)} failed: {done.stderr}{done.stdout}")
