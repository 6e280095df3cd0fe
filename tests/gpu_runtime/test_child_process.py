"""Child processes: their answers, their ends, and that they do not outlive their parent."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.helpers.processes import PATIENCE_S, eventually, lives
from warpack.gpu_runtime.child_process import ChildError, ask

MODULES = {
    "answers": "import json, sys; request = json.load(sys.stdin); json.dump({'twice': 2 * request['number']}, sys.stdout)",
    "shows": "import json, os, sys; json.dump(dict(os.environ), sys.stdout)",
    "crashes": "import sys; sys.exit('the reason\\nis told')",
    "is_killed": "import os; os.kill(os.getpid(), 9)",
    "aborts": "import os; os.abort()",
    "wants_too_much": "held = bytearray(1 << 62)",
    "says_nothing": "pass",
    "hangs": (
        "import os, sys, time\n"
        "from warpack.gpu_runtime.child_process import die_with_parent\n"
        "die_with_parent()\n"
        "open(os.environ['PID_FILE'], 'w').write(f'{os.getpid()}\\n')\n"
        "time.sleep(600)"
    ),
}


@pytest.fixture
def modules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, text in MODULES.items():
        (tmp_path / f"{name}.py").write_text(text)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    return tmp_path


def test_a_child_answers_its_request(modules: Path) -> None:
    assert ask("answers", {"number": 21}, time_limit_s=PATIENCE_S, environment={}) == {"twice": 42}


def test_a_child_sees_nothing_of_what_a_service_was_told_in_confidence(
    modules: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("WARPACK_TOKEN", "WARPACK_DATABASE_URL", "WARPACK_CACHE_DIR"):
        monkeypatch.setenv(name, "told")
    seen = ask("shows", {}, time_limit_s=PATIENCE_S, environment={"WARPACK_KIND": "said"})
    kept = {name for name in seen if name.startswith("WARPACK_")}
    assert kept == {"WARPACK_CACHE_DIR", "WARPACK_PARENT_PID", "WARPACK_KIND"}
    assert seen["PATH"]


@pytest.mark.parametrize(
    ("module", "reason", "told"),
    [
        ("crashes", "crashed", "the reason\nis told"),
        ("is_killed", "killed", "SIGKILL"),
        ("aborts", "crashed", "SIGABRT"),
        ("wants_too_much", "over-memory", "MemoryError"),
        ("says_nothing", "no-answer", "without an answer"),
    ],
)
def test_a_child_that_fails_is_told_with_the_end_of_what_it_said(
    modules: Path, module: str, reason: str, told: str
) -> None:
    with pytest.raises(ChildError) as caught:
        ask(module, {}, time_limit_s=PATIENCE_S, environment={})
    assert caught.value.reason == reason
    assert told in str(caught.value)


def test_a_child_that_hangs_is_ended_at_its_time_limit(modules: Path) -> None:
    pid_file = modules / "pid"
    with pytest.raises(ChildError, match=r"within 2 s") as caught:
        ask("hangs", {}, time_limit_s=2, environment={"PID_FILE": str(pid_file)})
    assert caught.value.reason == "time-limit"
    if pid_file.exists() and (pid := pid_file.read_text()):  # a busy machine may have come no further by then
        with pytest.raises(ProcessLookupError):
            os.kill(int(pid), 0)


def test_a_child_does_not_outlive_its_parent(modules: Path) -> None:
    pid_file = modules / "pid"
    asks = f"from warpack.gpu_runtime.child_process import ask; ask('hangs', {{}}, time_limit_s={PATIENCE_S}, environment={{'PID_FILE': {str(pid_file)!r}}})"
    parent = subprocess.Popen([sys.executable, "-c", asks])
    try:
        child = _wait_for_pid(pid_file)
    finally:
        parent.send_signal(signal.SIGKILL)
        parent.wait()
    eventually(lambda: not lives(child), "the child has ended")


def _wait_for_pid(pid_file: Path) -> int:
    eventually(lambda: pid_file.exists() and pid_file.read_text().endswith("\n"), "the child has started")
    return int(pid_file.read_text())
