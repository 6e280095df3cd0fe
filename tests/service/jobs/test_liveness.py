"""A lock is held exactly as long as its process lives, and says nothing of processes that are elsewhere."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.helpers.processes import eventually
from warpack.service.jobs.liveness import LivenessLocks, new_worker_id

_HOLD = """
import sys, time
from pathlib import Path
from warpack.service.jobs.liveness import LivenessLocks
locks = LivenessLocks(Path(sys.argv[1]), "other")
Path(sys.argv[2]).touch()
time.sleep(600)
"""


def test_ids_are_unique() -> None:
    assert len({new_worker_id() for _ in range(100)}) == 100


def test_a_process_is_not_dead_to_itself_and_one_that_never_was_here_may_live_elsewhere(tmp_path: Path) -> None:
    locks = LivenessLocks(tmp_path, "own")
    assert not locks.is_dead("own")
    assert not locks.is_dead("never-was")
    locks.release()
    assert list(tmp_path.iterdir()) == []


def test_the_lock_goes_with_the_process(tmp_path: Path) -> None:
    told = tmp_path / "told"
    process = subprocess.Popen([sys.executable, "-c", _HOLD, str(tmp_path / "live"), str(told)], cwd=Path.cwd())
    eventually(told.exists, "the process holds its lock")
    locks = LivenessLocks(tmp_path / "live", "own")
    assert not locks.is_dead("other")
    process.kill()
    process.wait()
    assert locks.is_dead("other")
    locks.remove("other")
    assert not locks.is_dead("other")
    assert [path.name for path in (tmp_path / "live").iterdir()] == ["own"]
    locks.release()
