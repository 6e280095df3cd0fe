"""A worker is alive exactly as long as its process holds its lock."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.helpers.processes import eventually
from warpack.service.engine.liveness import LivenessLocks

_HOLD = """
import sys, time
from pathlib import Path
from warpack.service.engine.liveness import LivenessLocks
locks = LivenessLocks(Path(sys.argv[1]), ("solve",))
Path(sys.argv[2]).write_text(locks.own_id)
time.sleep(600)
"""


def test_a_worker_sees_itself_and_what_it_listens_to(tmp_path: Path) -> None:
    locks = LivenessLocks(tmp_path, ("solve", "validate"))
    (worker,) = locks.alive()
    assert (worker.id, worker.queues) == (locks.own_id, ("solve", "validate"))
    locks.release()
    assert locks.is_dead("never-was")


def test_a_process_that_takes_no_tasks_is_no_worker(tmp_path: Path) -> None:
    locks = LivenessLocks(tmp_path, ())
    assert locks.alive() == ()
    locks.release()


def test_the_lock_goes_with_the_process(tmp_path: Path) -> None:
    told = tmp_path / "id"
    process = subprocess.Popen([sys.executable, "-c", _HOLD, str(tmp_path / "live"), str(told)], cwd=Path.cwd())
    other = eventually(lambda: told.exists() and told.read_text(), "the process holds its lock")
    locks = LivenessLocks(tmp_path / "live", ("solve",))
    assert not locks.is_dead(other)
    assert {worker.id for worker in locks.alive()} == {locks.own_id, other}
    locks.bury()
    process.kill()
    process.wait()
    assert locks.is_dead(other)
    assert [worker.id for worker in locks.alive()] == [locks.own_id]
    locks.bury()
    assert [path.name for path in (tmp_path / "live").iterdir()] == [locks.own_id]
    locks.release()
