"""Child processes: they answer, they report how they died, and nothing of them outlives the worker."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Awaitable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.helpers.child_tasks import be_killed, die, echo, fail, never_end, stop_when_asked, tell_and_answer
from tests.helpers.processes import PATIENCE_S, eventually, lives
from warpack.gpu_runtime.interpreter import import_environment
from warpack.service.jobs.children.fork_server import ForkServer
from warpack.service.jobs.children.outcome import Outcome
from warpack.service.jobs.children.process import Child
from warpack.service.jobs.children.supervision import run_child

SERVER = ForkServer()  # with nothing loaded: it starts in a tenth of the time


def run(task: object, request: bytes = b"abc", *, limit_s: float = PATIENCE_S, looks: int = 10**9) -> Outcome:
    left = iter(range(looks))
    return asyncio.run(
        run_child(task, request, limit_s=limit_s, wanted=lambda: next(left, None) is not None, server=SERVER)  # type: ignore[arg-type]  # any task
    )


def test_a_child_answers_its_request() -> None:
    assert run(echo) == Outcome("answered", b"cba", "")


def test_a_large_request_and_answer_pass_whole() -> None:
    request = os.urandom(3_000_000)
    assert run(echo, request).answer == request[::-1]


def test_an_exception_in_a_child_comes_back_as_its_last_lines() -> None:
    outcome = run(fail)
    assert outcome.ended == "crashed"
    assert outcome.last_lines.endswith("ValueError: cannot do abc")


def test_a_child_that_is_killed_by_a_signal_says_which() -> None:
    outcome = run(die)
    assert outcome.ended == "crashed"
    assert "ended by signal SIGSEGV" in outcome.last_lines


@pytest.mark.parametrize("name", ["SIGKILL", "SIGTERM"])
def test_a_child_that_is_killed_from_outside_is_told_from_one_that_crashed(name: str) -> None:
    outcome = run(be_killed, name.encode())
    assert (outcome.ended, outcome.answer) == ("killed", None)
    assert f"ended by signal {name}" in outcome.last_lines


def test_a_child_that_is_no_longer_wanted_hands_over_its_best() -> None:
    assert run(stop_when_asked, looks=2) == Outcome("unwanted", b"the best so far", "")


def test_more_children_than_an_event_loop_has_threads_are_watched_at_a_time() -> None:
    count = (os.cpu_count() or 1) + 6

    async def all_at_once() -> list[Outcome]:
        begun: set[int] = set()

        def one(number: int) -> Awaitable[Outcome]:
            def wanted() -> bool:
                begun.add(number)
                return len(begun) < count

            return run_child(stop_when_asked, b"", limit_s=PATIENCE_S, wanted=wanted, server=SERVER)

        return await asyncio.gather(*map(one, range(count)))

    assert {outcome.answer for outcome in asyncio.run(all_at_once())} == {b"the best so far"}


def started_pids(path: Path) -> list[int]:
    return [int(pid) for pid in eventually(lambda: path.exists() and path.read_text(), "the child started").split()]


def test_a_child_that_does_not_stop_is_killed_with_all_it_started(tmp_path: Path) -> None:
    for limit_s in (0.5, 4.0, 32.0, 256.0):  # a busy machine may have started nothing by then
        outcome = run(never_end, str(tmp_path / "pids").encode(), limit_s=limit_s)
        assert outcome.ended == "overdue"
        if (tmp_path / "pids").exists():
            break
    for pid in started_pids(tmp_path / "pids"):
        eventually(lambda pid=pid: not lives(pid), "the process is gone")  # type: ignore[misc]  # a lambda's default has no type


def test_a_cancelled_coroutine_leaves_no_child(tmp_path: Path) -> None:
    path = tmp_path / "pids"

    async def begin_and_cancel() -> None:
        running = asyncio.create_task(
            run_child(never_end, str(path).encode(), limit_s=PATIENCE_S, wanted=lambda: True, server=SERVER)
        )
        while not path.exists():
            await asyncio.sleep(0.02)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running

    asyncio.run(begin_and_cancel())
    for pid in started_pids(path):
        eventually(lambda pid=pid: not lives(pid), "the process is gone")  # type: ignore[misc]  # a lambda's default has no type


_WORKER = """
import asyncio, sys
from warpack.service.jobs.children.supervision import run_child
from warpack.service.jobs.children.fork_server import ForkServer
from tests.helpers.child_tasks import never_end
asyncio.run(run_child(never_end, sys.argv[1].encode(), limit_s=600, wanted=lambda: True, server=ForkServer()))
"""


def test_kill_9_of_the_worker_ends_its_children_and_what_they_started(tmp_path: Path) -> None:
    root = Path(__file__).parents[3]
    worker = subprocess.Popen([sys.executable, "-c", _WORKER, str(tmp_path / "pids")], cwd=root)
    pids = started_pids(tmp_path / "pids")
    assert all(lives(pid) for pid in pids)
    worker.send_signal(signal.SIGKILL)
    worker.wait()
    for pid in pids:
        eventually(lambda pid=pid: not lives(pid), "the process is gone")  # type: ignore[misc]  # a lambda's default has no type


def test_kill_9_of_a_guard_ends_its_task(tmp_path: Path) -> None:
    child = Child(SERVER)
    with ThreadPoolExecutor(1) as thread:
        answering = thread.submit(child.answer, never_end, str(tmp_path / "pids").encode())
        task = started_pids(tmp_path / "pids")[0]
        os.kill(child.pid, signal.SIGKILL)
        assert answering.result() is None
    eventually(lambda: not lives(task), "the task is gone")
    assert child.close()[0] == "killed"


def test_a_child_at_its_limit_hands_over_its_best_within_the_grace() -> None:
    outcome = asyncio.run(
        run_child(stop_when_asked, b"", limit_s=0.0, grace_s=PATIENCE_S, wanted=lambda: True, server=SERVER)
    )
    assert outcome == Outcome("answered", b"the best so far", "")


def test_a_child_in_its_grace_ends_when_it_is_no_longer_wanted(tmp_path: Path) -> None:
    request = str(tmp_path / "pids").encode()
    wanted = iter((True,))  # asked for the first time while the child starts
    outcome = asyncio.run(
        run_child(
            never_end, request, limit_s=0.0, grace_s=PATIENCE_S, wanted=lambda: next(wanted, False), server=SERVER
        )
    )
    assert (outcome.ended, outcome.answer) == ("unwanted", None)


def test_kill_9_of_worker_and_child_leaves_no_file_behind(tmp_path: Path) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    root = Path(__file__).parents[3]
    command = [sys.executable, "-c", _WORKER, str(tmp_path / "pids")]
    worker = subprocess.Popen(command, cwd=root, env=os.environ | {"TMPDIR": str(scratch)})
    task, _ = started_pids(tmp_path / "pids")
    worker.send_signal(signal.SIGKILL)
    worker.wait()
    eventually(lambda: not lives(task), "the process is gone")
    assert list(scratch.iterdir()) == []


def test_a_fork_server_that_was_killed_is_started_anew() -> None:
    server = ForkServer()
    first = Child(server)
    assert server.pid is not None
    os.kill(server.pid, signal.SIGKILL)
    second = Child(server)
    assert [child.answer(echo, b"abc") for child in (first, second)] == [b"cba", b"cba"]
    for child in (first, second):
        child.close()
    server.stop()


def test_without_a_fork_server_there_is_an_error_and_no_wait() -> None:
    with pytest.raises(OSError, match="fork server"):
        Child(ForkServer("no.such.module"))


@pytest.mark.parametrize("unread", [b"", b"a message that it never read"])
def test_a_fork_server_that_ends_while_it_is_asked_is_named_too(monkeypatch: pytest.MonkeyPatch, unread: bytes) -> None:
    with ExitStack() as opened:

        def ended(_: ForkServer) -> socket.socket:
            ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            with theirs:
                if unread:
                    ours.send(unread)
            return opened.enter_context(ours)

        monkeypatch.setattr(ForkServer, "_running", ended)
        with pytest.raises(OSError, match="the fork server ended"):
            Child(ForkServer())


def test_what_a_task_tells_on_the_way_is_heard_in_order_before_its_answer() -> None:
    heard: list[bytes] = []
    child = Child(SERVER)
    try:
        assert child.pending(tell_and_answer, b"abc", news=heard.append).answer() == b"answer"
        assert heard == [b"a", b"b", b"c"]
        assert child.answer(tell_and_answer, b"unheard") == b"answer"
        assert heard == [b"a", b"b", b"c"]
    finally:
        child.close()


def test_a_fork_server_whose_worker_is_gone_ends_without_a_word() -> None:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with theirs:
        command = [
            sys.executable,
            "-P",
            "-Werror",
            "-m",
            "warpack.service.jobs.children.fork_server_main",
            str(theirs.fileno()),
        ]
        environment = os.environ | import_environment()
        process = subprocess.Popen(command, pass_fds=[theirs.fileno()], stderr=subprocess.PIPE, env=environment)
    ours.close()
    _, said = process.communicate(timeout=PATIENCE_S)
    assert (process.returncode, said) == (0, b"")
