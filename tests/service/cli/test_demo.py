"""`warpack demo` from start to end, and that nothing of it stays behind."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.helpers.processes import PATIENCE_S, eventually, lives
from tests.helpers.service_process import service
from tests.service.cli.commands import endless, one_buffer, run, small, start, written
from warpack.service.cli import demo as demo_module
from warpack.service.cli import demo_jobs
from warpack.service.cli.demo_service import kept_kernels

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("kernels_are_compiled")]


def assert_nothing_left(url: str, folder: Path) -> None:
    with pytest.raises(httpx2.ConnectError):
        httpx2.get(f"{url}/livez", timeout=PATIENCE_S)
    assert list(folder.iterdir()) == []


def url_in(said: str) -> str:
    found = re.search(r"http://127\.0\.0\.1:\d+", said)
    assert found is not None, said
    return found.group()


def until_it_answers(process: subprocess.Popen[bytes]) -> str:
    """The service's URL, once the demo has said it."""
    assert process.stderr is not None
    said = ""
    while "It answers on" not in said:
        line = process.stderr.readline().decode()
        assert line, f"the demo ended: {said}"
        said += line
    return url_in(said)


@pytest.fixture
def scratch() -> Iterator[Path]:
    """Where the demo puts its folder, so that the tests can look into it."""
    with tempfile.TemporaryDirectory(prefix="demo-") as folder:
        yield Path(folder)


def test_the_demo_shows_states_and_a_table_and_leaves_nothing_in_a_folder_that_no_socket_fits_into(
    tmp_path: Path,
) -> None:
    long = tmp_path / ("long-" * 20)
    long.mkdir()
    manifests = [written(tmp_path, small(name=f"number {n}", solver={"seed": n}), f"{n}.json") for n in range(2)]
    ran = run("demo", *manifests, TMPDIR=str(long))
    out, err = ran.stdout.decode(), ran.stderr.decode()
    assert ran.returncode == 0, err
    assert err.count("  ready") == 2
    assert out.count("40 -> 24") == 2
    assert len(out.splitlines()) <= 2 + 3 * len(manifests)
    for expected in ("0.json", "1.json", "static"):
        assert expected in out
    assert_nothing_left(url_in(err), long)


def test_at_a_service_that_runs_an_infeasible_manifest_and_a_bad_one_show_in_the_exit_code(tmp_path: Path) -> None:
    infeasible = written(tmp_path, one_buffer(20_000), "infeasible.json")
    bad = written(tmp_path, {"schema": "warpack/manifest/1"}, "bad.json")
    with service(tmp_path / "data", workers=1, plain=True) as running:
        ran = run("demo", "--service", running.url, bad, infeasible)
        assert httpx2.get(f"{running.url}/livez", timeout=PATIENCE_S).status_code == 200
    assert ran.returncode == 3
    assert b"80004" in ran.stdout
    assert b"refused" in ran.stdout
    assert b"error: /target: " in ran.stderr
    assert b"Starting" not in ran.stderr
    assert b"Traceback" not in ran.stderr


def test_compiled_kernels_are_kept_for_the_next_demo_where_the_folder_for_them_can_be_written(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("WARPACK_CACHE_DIR", str(tmp_path / "kernels"))
    assert kept_kernels() == {"WARPACK_CACHE_DIR": str(tmp_path / "kernels")}
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("WARPACK_CACHE_DIR", str(tmp_path / "file" / "kernels"))
    assert kept_kernels() == {}


def test_a_manifest_that_is_not_there_starts_nothing(tmp_path: Path) -> None:
    ran = run("demo", tmp_path / "none.json")
    assert ran.returncode == 2
    assert b"Starting" not in ran.stderr


@pytest.mark.parametrize(("ending", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_ending_the_demo_ends_the_service_that_it_started(
    tmp_path: Path, scratch: Path, ending: signal.Signals, code: int
) -> None:
    process = start("demo", written(tmp_path, endless(600.0)), TMPDIR=str(scratch))
    url = until_it_answers(process)
    process.send_signal(ending)
    _, err = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == code, err
    assert b"Traceback" not in err
    assert_nothing_left(url, scratch)


def test_killing_the_demo_ends_the_service_too(tmp_path: Path, scratch: Path) -> None:
    process = start("demo", written(tmp_path, endless(600.0)), TMPDIR=str(scratch))
    url = until_it_answers(process)
    children = [
        int(child)
        for path in Path(f"/proc/{process.pid}/task").iterdir()
        for child in (path / "children").read_text().split()
    ]
    process.kill()
    process.communicate()
    assert children
    eventually(lambda: not any(lives(child) for child in children), f"the service at {url} has ended")


def test_a_service_that_is_not_there_is_said_without_a_traceback(tmp_path: Path) -> None:
    ran = run("demo", "--service", "http://127.0.0.1:9", written(tmp_path, small()))
    assert ran.returncode == 1
    assert b"does not answer" in ran.stderr
    assert b"Traceback" not in ran.stderr


def test_without_arguments_the_examples_are_taken_smallest_first_and_else_the_packaged_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    names = [source for source, _ in demo_module._examples()]
    assert names[0].startswith("examples/01-")
    assert names == sorted(names)
    with tempfile.TemporaryDirectory() as empty:
        monkeypatch.setattr(demo_module, "import_root", lambda: Path(empty))
        ((source, document),) = demo_module._examples()
    assert source == "sample.json"
    assert b"warpack/manifest/1" in document


class OneLevel:
    """A service in which every job above `level` waits for a worker that there is none of."""

    def __init__(self, level: str) -> None:
        self.level, self.asked, self.cancelled = level, list[str](), list[str]()

    def submit(self, manifest: Any) -> dict[str, Any]:
        document = manifest if isinstance(manifest, dict) else json.loads(manifest)
        self.asked.append(document["validation"])
        return {"id": str(len(self.asked) - 1)}

    def get(self, job_id: str, wait_s: int = 0) -> dict[str, Any]:
        job = {"id": job_id, "waiting_for": None, "problem": None}
        if self.asked[int(job_id)] == self.level:
            return {**job, "state": "failed"}
        waiting = {"message": "Nobody is there.", "best_level_now": self.level, "capability": "hardware"}
        return {**job, "state": "validating", "waiting_for": waiting}

    def cancel(self, job_id: str) -> None:
        self.cancelled.append(job_id)


@pytest.mark.parametrize(("level", "asked"), [("static", ["hardware", "static"]), ("none", ["hardware"])])
def test_a_level_that_nobody_can_reach_is_given_up_for_the_best_there_is(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], level: str, asked: list[str]
) -> None:
    monkeypatch.setattr(demo_jobs, "_PATIENCE_S", {"hardware": 0.0})
    client: Any = OneLevel(level)
    told: list[str] = []
    sent = demo_jobs.send(client, "it", json.dumps(small(validation="hardware")).encode())
    ended = demo_jobs.follow(client, sent, told.append)
    assert (client.asked, client.cancelled) == (asked, ["0"])
    assert ended.state == ("cancelled" if level == "none" else "failed")
    assert "Nobody is there." in capsys.readouterr().err
    assert told[0] == "it: validating"


def test_a_worker_that_is_late_is_waited_for_and_that_is_said(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    client: Any = LateWorker()
    monkeypatch.setattr(demo_jobs, "_SAY_AGAIN_S", 0.0)
    ended = demo_jobs.follow(client, demo_jobs.send(client, "it", b"{}"), lambda _state: None)
    said = capsys.readouterr().err
    assert ended.state == "failed"
    assert said.count("it: No worker is alive. Waiting for it.") == 3


class LateWorker:
    """A service whose only worker is absent the first three times."""

    def __init__(self) -> None:
        self.looks = 0

    def submit(self, _manifest: Any) -> dict[str, Any]:
        return {"id": "0"}

    def get(self, _job_id: str, _wait_s: int = 0) -> dict[str, Any]:
        self.looks += 1
        job = {"id": "0", "waiting_for": None, "problem": None, "state": "queued"}
        waiting = {"message": "No worker is alive.", "best_level_now": "none", "capability": "worker"}
        return {**job, "waiting_for": waiting} if self.looks < 4 else {**job, "state": "failed"}
