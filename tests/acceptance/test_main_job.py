"""The main job over HTTP, with real processes, sockets and database."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.helpers.kernels import compile_once
from tests.helpers.processes import PATIENCE_S, eventually
from tests.helpers.service_process import ServiceProcess, finished, held_up, service
from warpack.service.client import Client
from warpack.solver import load_manifest, read_layout, verify

MANIFEST: dict[str, Any] = {
    "schema": "warpack/manifest/1",
    "name": "step",
    "target": {"compute_capability": "8.6"},
    "launch": {"max_threads_per_block": 64},
    "timeline": {"phases": ["init", "first", "second", "commit"], "loops": [[1, 4]]},
    "buffers": [
        {"name": "state", "size": 4, "dtype": "float32", "persistent": True, "zero": "entry"},
        {"name": "rhs", "size": 4, "dtype": "float32", "lifetime": [["first", "second"]]},
        {"name": "flags", "size": 3, "dtype": "uint8", "lifetime": [["init", "first"]]},
        {"name": "sum", "size": 2, "dtype": "float64", "lifetime": [["second", "commit"]]},
    ],
    "validation": "simulated",
}


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("data")


@pytest.fixture(scope="module")
def running(data_dir: Path) -> Iterator[ServiceProcess]:
    compile_once()
    with service(data_dir, fresh=True) as process:
        yield process


@pytest.fixture
def client(running: ServiceProcess) -> Iterator[Client]:
    with running.client() as client:
        yield client


def rows(data_dir: Path, query: str) -> list[Any]:
    with closing(sqlite3.connect(data_dir / "warpack.sqlite")) as connection:
        return connection.execute(query).fetchall()


def send(url: str, manifest: dict[str, Any], wait_s: int = 0) -> httpx2.Response:
    headers = {"Prefer": f"wait={wait_s}"}
    return httpx2.post(f"{url}/v1/layouts", json=manifest, headers=headers, timeout=PATIENCE_S, trust_env=False)


def post(url: str, manifest: dict[str, Any]) -> httpx2.Response:
    """The answer with the job at its end: a call waits 60 seconds at most, and a busy machine may take longer."""

    def look() -> httpx2.Response | None:
        answer = send(url, manifest, wait_s=60)
        return answer if answer.json()["state"] in ("ready", "failed", "infeasible") else None

    answer = eventually(look, "the job has ended")
    assert answer is not None
    return answer


def done(client: Client, manifest: dict[str, Any]) -> dict[str, Any]:
    return finished(client, client.submit(manifest))


def test_a_manifest_becomes_a_proven_layout_that_was_compiled_and_simulated(
    running: ServiceProcess, client: Client
) -> None:
    answer = send(running.url, MANIFEST, wait_s=60)
    job = finished(client, answer.json())
    assert (answer.status_code, job["state"], job["problem"]) == (201, "ready", None)
    validation = job["layout"]["validation"]
    assert [(report["level"], report["passed"]) for report in validation["reports"]] == [
        ("static", True),
        ("compiled", True),
        ("simulated", True),
    ]
    assert (validation["required"], validation["level"]) == ("simulated", "simulated")
    layout = job["layout"]
    assert (layout["status"], layout["name"], layout["manifest_sha256"]) == ("optimal", "step", job["manifest_sha256"])
    assert verify(load_manifest(MANIFEST), read_layout(layout)).passed


def test_the_same_post_again_gets_the_same_bytes_and_no_work(running: ServiceProcess, data_dir: Path) -> None:
    first = post(running.url, MANIFEST)
    again = send(running.url, MANIFEST)
    assert again.status_code == 200
    assert again.content == first.content
    assert again.headers["ETag"] == first.headers["ETag"]
    assert rows(data_dir, "SELECT count(*), max(attempt) FROM solves") == [(1, 1)]


def test_another_name_changes_the_name_alone(running: ServiceProcess) -> None:
    mine = post(running.url, MANIFEST).json()["layout"]
    theirs = post(running.url, MANIFEST | {"name": 'theirs, with "quotes" and ü'}).json()["layout"]
    assert theirs["name"] == 'theirs, with "quotes" and ü'
    assert theirs | {"name": "step"} == mine


def test_the_allocators_are_the_ones_that_were_emitted_for_the_layout(client: Client) -> None:
    job = done(client, MANIFEST)
    source = client.artefact(job["id"], "allocators.py")
    compile(source, "allocators.py", "exec")
    assert "rhs" in source
    assert job["layout"]["layout_sha256"][:12] in source or "state" in source


def test_the_layout_is_verified_over_http_and_a_broken_one_is_not(client: Client) -> None:
    layout = done(client, MANIFEST)["layout"]
    assert client.verify(MANIFEST, layout)["passed"] is True
    placed = {buffer["name"]: buffer for buffer in layout["buffers"]}
    placed["rhs"]["offset_bytes"] = placed["state"]["offset_bytes"]
    report = client.verify(MANIFEST, layout)
    assert report["passed"] is False
    assert any({"rhs", "state"} <= set(finding["buffers"]) for finding in report["findings"])


def test_a_higher_level_is_validated_again_and_not_solved_again(client: Client, data_dir: Path) -> None:
    manifest = MANIFEST | {"solver": {"seed": 7}, "validation": "static"}
    low = done(client, manifest)
    solves = rows(data_dir, "SELECT count(*) FROM solves")
    high = done(client, manifest | {"validation": "compiled"})
    assert (low["state"], high["state"]) == ("ready", "ready")
    assert [report["level"] for report in low["layout"]["validation"]["reports"]] == ["static"]
    assert [report["level"] for report in high["layout"]["validation"]["reports"]] == ["static", "compiled"]
    assert high["layout"]["layout_sha256"] == low["layout"]["layout_sha256"]
    assert rows(data_dir, "SELECT count(*) FROM solves") == solves


def test_equal_posts_at_the_same_time_are_one_solve(running: ServiceProcess, data_dir: Path) -> None:
    manifest = MANIFEST | {"solver": {"seed": 11}, "validation": "static"}
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: post(running.url, manifest), range(8)))
    jobs = [answer.json() for answer in answers]
    assert {job["state"] for job in jobs} == {"ready"}
    assert len({json.dumps(job["layout"]) for job in jobs}) == 1
    sha256 = answers[0].json()["manifest_sha256"]
    assert rows(data_dir, f"SELECT count(*) FROM solves WHERE manifest_sha256 = '{sha256}'") == [(1,)]


def test_a_manifest_that_cannot_fit_is_an_answer_with_the_budget_that_would_do(client: Client) -> None:
    big = {"name": "big", "size": 30_000, "dtype": "float32"}
    job = done(client, MANIFEST | {"buffers": [big]})
    assert (job["state"], job["layout"], job["problem"]) == ("infeasible", None, None)
    assert job["minimum_budget_bytes"] >= 120_000
    assert client.get(job["id"])["state"] == "infeasible"


def test_hardware_waits_and_says_what_is_missing(client: Client) -> None:
    job = held_up(client, client.submit(MANIFEST | {"validation": "hardware"}))
    assert job["layout"] is None
    assert (job["waiting_for"]["capability"], job["waiting_for"]["best_level_now"]) == ("hardware", "simulated")
    assert client.cancel(job["id"])["state"] == "cancelled"


def test_the_service_itself_loads_no_cuda_library_and_no_solver_engine(running: ServiceProcess, client: Client) -> None:
    done(client, MANIFEST)
    loaded = Path(f"/proc/{running.process.pid}/maps").read_text()
    for library in ("nvvm", "nvJitLink", "libcuda", "llvmlite", "ortools"):
        assert library not in loaded
