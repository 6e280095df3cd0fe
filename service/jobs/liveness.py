"""The quick sign of death: every process holds a lock on a file of its own, and the kernel drops the lock with the
process.

It is one of two signs. A lock tells of a process of this machine that has died, at once, and of nothing else: one that
is stopped, hung, cut off or elsewhere is told by its lease (see `store.workers`), which takes seconds.
"""

from __future__ import annotations

import fcntl
import os
import uuid
from pathlib import Path
from typing import IO


def new_worker_id() -> str:
    """Unique to this process's life."""
    return f"{os.getpid()}-{uuid.uuid4().hex[:12]}"


class LivenessLocks:
    """The lock files of one data folder."""

    def __init__(self, folder: Path, own_id: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder, self.own_id = folder, own_id
        self._file: IO[str] = (folder / own_id).open("w")
        fcntl.flock(self._file, fcntl.LOCK_EX)

    def is_dead(self, worker_id: str) -> bool:
        """Whether it lived here and does so no longer. False where nothing here tells."""
        if worker_id == self.own_id:
            return False  # a process can always take its own lock again
        try:
            with (self._folder / worker_id).open() as file:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except (FileNotFoundError, BlockingIOError):
            return False
        return True

    def bury(self, worker_id: str) -> None:
        """Remove the file of a dead worker, whose tasks have been taken back."""
        (self._folder / worker_id).unlink(missing_ok=True)

    def release(self) -> None:
        (self._folder / self.own_id).unlink(missing_ok=True)
        self._file.close()
