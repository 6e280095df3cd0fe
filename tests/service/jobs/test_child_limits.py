"""What a child may use, what it sees of our environment, and what it is told apart by when it wants more."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.helpers.child_tasks import (
    abort_as_c_does_without_memory,
    compute_for_ever,
    echo,
    fill_memory,
    find_module,
    lower_hard_limits,
    tell_environment,
    tell_limits,
    warn,
)
from tests.helpers.processes import PATIENCE_S
from warpack.service.jobs.children.environment import child_environment
from warpack.service.jobs.children.fork_server import ForkServer
from warpack.service.jobs.children.orders import MEMORY_MIB, Limits, Order, Task
from warpack.service.jobs.children.process import Child
from warpack.service.settings import Settings

MIB = 1024 * 1024


@pytest.fixture
def server() -> Iterator[ForkServer]:
    """One that has loaded nothing, started by the test that uses it."""
    fresh = ForkServer()
    yield fresh
    fresh.stop()


def answer_of(server: ForkServer, do: Task, request: bytes = b"", limits: Limits | None = None) -> bytes:
    child = Child(server)
    answer = child.answer(do, request, limits)
    ended = child.close()
    assert answer is not None, ended
    return answer


@pytest.mark.parametrize("do", [fill_memory, abort_as_c_does_without_memory])
def test_a_child_that_gets_no_more_memory_says_so(server: ForkServer, do: Task) -> None:
    child = Child(server)
    assert child.answer(do, b"", Limits(memory_mib=512)) is None
    child.wait(PATIENCE_S)
    ended, last_lines = child.close()
    assert ended == "over-memory", last_lines


def test_a_child_that_computes_for_longer_than_it_could_is_ended_by_the_kernel(server: ForkServer) -> None:
    child = Child(server)
    assert child.answer(compute_for_ever, b"", Limits(seconds=0.0)) is None
    child.wait(PATIENCE_S)
    assert child.close()[0] == "overdue"


def test_what_a_child_starts_has_the_limits_of_the_child(server: ForkServer) -> None:
    data, file, core, seconds, umask = json.loads(answer_of(server, tell_limits, limits=Limits(600, 10.0)))
    assert (data, file, core, umask) == (600 * MIB, 600 * MIB, 0, 0o077)
    processors = os.cpu_count() or 1
    assert 10 * processors <= seconds <= 11 * processors


def test_lower_limits_of_the_operator_stand(server: ForkServer) -> None:
    child = Child(server)
    assert child.answer(lower_hard_limits, b"500") == b"done"
    data, file, *_ = json.loads(child.answer(tell_limits, b"", Limits(600)) or b"[]")
    assert (data, file) == (500 * MIB, 500 * MIB)
    child.close()


def test_a_child_has_what_the_settings_say_unless_it_is_told() -> None:
    assert Settings().child_memory_mib == MEMORY_MIB


def test_a_child_sees_no_variable_that_it_does_not_need(server: ForkServer, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("WARPACK_KEY", "WARPACK_DATABASE_URL", "PGPASSWORD", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "planted")
    monkeypatch.setenv("WARPACK_CACHE_DIR", "/cache-of-the-service")
    seen = answer_of(server, tell_environment).decode()
    assert "planted" not in seen
    assert seen.count("WARPACK_CACHE_DIR=/cache-of-the-service") == 3


def test_a_child_is_told_where_things_lie_and_how_text_is_written() -> None:
    needed = {"PATH": "/bin", "HOME": "/home/me", "TMPDIR": "/scratch", "LC_ALL": "C.UTF-8", "CUDA_HOME": "/cuda"}
    seen = child_environment({**needed, "NUMBA_CUDA_DRIVER": "x", "SECRET": "y", "LD_PRELOAD": "z"})
    assert needed.items() <= seen.items()
    assert "NUMBA_CUDA_DRIVER" in seen
    assert not {"SECRET", "LD_PRELOAD"} & set(seen)


def test_a_child_imports_nothing_from_the_folder_that_the_service_runs_in(
    server: ForkServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("latecomer", "solver"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('imported')\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    assert answer_of(server, find_module, b"latecomer") == b"nowhere"
    assert not answer_of(server, find_module, b"solver").startswith(str(tmp_path).encode())


def test_warnings_are_errors_in_a_child_where_they_are_for_us(
    server: ForkServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.warnoptions", ["error::UserWarning"])
    child = Child(server)
    assert child.answer(warn, b"") is None
    child.wait(PATIENCE_S)
    ended, last_lines = child.close()
    assert (ended, last_lines.splitlines()[-1]) == ("crashed", "UserWarning: look out")


def test_only_a_function_that_can_be_imported_is_a_task() -> None:
    assert Order.from_bytes(Order.of(echo, Limits()).to_bytes()).function() is echo
    with pytest.raises(ValueError, match="must be a function of a module"):
        Order.of(lambda request, _: request, Limits())
