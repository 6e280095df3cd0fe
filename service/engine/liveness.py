"""Who is alive: every worker holds a lock on a file of its own, and the kernel drops the lock with the process.

So death is seen at once and never guessed from a clock: a process that is merely slow, or stopped in a debugger, still
holds its lock.
"""

from __future__ import annotations

import fcntl
import json
import os
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from warpack.service.engine.interface import Worker


class LivenessLocks:
    """The lock files of one data folder. `own_id` is unique to this process's life. `devices`: what others are to know
    of the devices that this process works with, as JSON values."""

    def __init__(self, folder: Path, queues: tuple[str, ...], devices: tuple[Mapping[str, Any], ...] = ()) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self.own_id = f"{os.getpid()}-{uuid.uuid4().hex[:12]}"
        draft = folder / f".{self.own_id}"
        self._file = draft.open("w")
        self._file.write(json.dumps({"queues": queues, "devices": devices}))
        self._file.flush()
        fcntl.flock(self._file, fcntl.LOCK_EX)
        draft.rename(folder / self.own_id)  # it appears locked: nobody can take it for a dead worker's

    def is_dead(self, worker_id: str) -> bool:
        if worker_id == self.own_id:
            return False  # a process can always take its own lock again
        try:
            with (self._folder / worker_id).open() as file:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except FileNotFoundError:
            return True
        except BlockingIOError:
            return False
        return True

    def alive(self) -> tuple[Worker, ...]:
        found = []
        for path in sorted(self._folder.glob("[!.]*")):
            if not self.is_dead(path.name):
                try:
                    said = json.loads(path.read_text())
                except FileNotFoundError:
                    continue  # it ended between the two looks
                if said["queues"]:
                    found.append(Worker(path.name, tuple(said["queues"]), tuple(said.get("devices", ()))))
        return tuple(found)

    def bury(self) -> None:
        """Remove the files of the dead."""
        for path in self._folder.iterdir():
            if self.is_dead(path.name) and path.name != f".{self.own_id}":
                path.unlink(missing_ok=True)

    def release(self) -> None:
        (self._folder / self.own_id).unlink(missing_ok=True)
        self._file.close()
