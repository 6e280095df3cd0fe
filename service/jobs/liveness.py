"""Locks that show at once that a process of this machine has died. Each process holds a lock on its own file, and the
kernel drops the lock when the process ends.

A lock shows nothing else. A process that is stopped, hung, cut off or on another machine is found by its lease (see
`store.workers`), which takes seconds.
"""

from __future__ import annotations

import fcntl
import os
import uuid
from pathlib import Path
from typing import IO


def new_worker_id() -> str:
    """An id that no other process, and no earlier run, has."""
    return f"{os.getpid()}-{uuid.uuid4().hex[:12]}"


class LivenessLocks:
    """The lock files of one data folder."""

    def __init__(self, folder: Path, own_id: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder, self.own_id = folder, own_id
        self._file: IO[str] = (folder / own_id).open("w")
        fcntl.flock(self._file, fcntl.LOCK_EX)

    def is_dead(self, worker_id: str) -> bool:
        """Whether the process ran on this machine and has ended. False if no lock file tells."""
        if worker_id == self.own_id:
            return False  # a process can always take its own lock again
        try:
            with (self._folder / worker_id).open() as file:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except (FileNotFoundError, BlockingIOError):
            return False
        return True

    def remove(self, worker_id: str) -> None:
        """Removes the file of a dead worker, after its tasks were taken back."""
        (self._folder / worker_id).unlink(missing_ok=True)

    def release(self) -> None:
        """Gives up this process's own lock, and removes its file."""
        (self._folder / self.own_id).unlink(missing_ok=True)
        self._file.close()
