"""Documents of callers are read in children alone: what takes too long or too much is said, and holds nobody up."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.helpers.api_client import client_of
from tests.helpers.child_tasks import be_killed_for_memory, die, fill_memory, hang, stop_when_asked
from tests.helpers.processes import PATIENCE_S
from warpack.service.api import create_app
from warpack.service.api.answers.errors import ApiError
from warpack.service.api.documentation.example_layout import LAYOUT, MANIFEST
from warpack.service.api.node.children import ApiChildren
from warpack.service.jobs.child_tasks.checks import Reply, check
from warpack.service.jobs.children.fork_server import SOLVING
from warpack.service.jobs.children.warm import WarmChildren
from warpack.service.settings import Settings

CALLS = {
    "/v1/manifests:check": ("warpack.service.api.calls.manifests.check", MANIFEST),
    "/v1/layouts:verify": ("warpack.service.api.calls.manifests.verify", {"manifest": MANIFEST, "layout": LAYOUT}),
    "/v1/layouts": ("warpack.service.api.node.children.read", MANIFEST),
}
"""The calls that take a document, and the task that reads it."""


@pytest.fixture
def brief(tmp_path: Path) -> Iterator[TestClient]:
    """An application that grants little."""
    settings = Settings(data_dir=tmp_path, workers=0, check_limit_s=0.2, child_memory_mib=512)
    with client_of(create_app(settings)) as client:
        yield client


@pytest.mark.parametrize("call", CALLS)
def test_what_takes_too_long_is_said_and_what_to_do_instead(
    brief: TestClient, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    task, document = CALLS[call]
    monkeypatch.setattr(task, hang)
    answer = brief.post(call, json=document)
    problem = answer.json()
    assert (answer.status_code, problem["type"]) == (422, "urn:warpack:problem:takes-too-long")
    assert answer.headers["content-type"] == "application/problem+json"
    assert "not done within 0.2 s" in problem["detail"]
    assert {"/v1/manifests:check": "POST /v1/layouts", "/v1/layouts:verify": "warpack verify"}.get(
        call, "smaller"
    ) in problem["detail"]


def test_a_manifest_of_many_buffers_takes_too_long_to_check(brief: TestClient) -> None:
    rows = [
        {"name": f"b{number}", "size": 1, "dtype": "float32", "lifetime": [[number % 990, number % 990 + 9]]}
        for number in range(20_000)
    ]
    document = MANIFEST | {"timeline": {"length": 1000}, "buffers": rows}
    answer = brief.post("/v1/manifests:check", json=document)
    assert answer.json()["type"] == "urn:warpack:problem:takes-too-long"


@pytest.mark.parametrize("call", CALLS)
def test_what_needs_too_much_memory_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str) -> None:
    task, document = CALLS[call]
    settings = Settings(data_dir=tmp_path, workers=0, check_limit_s=PATIENCE_S, child_memory_mib=512)
    with client_of(create_app(settings)) as client:
        monkeypatch.setattr(task, fill_memory)
        answer = client.post(call, json=document)
    assert (answer.status_code, answer.json()["type"]) == (422, "urn:warpack:problem:needs-too-much-memory")
    assert "more than 512 MiB" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("task", "status", "slug"), [(be_killed_for_memory, 503, "child-lost"), (die, 500, "internal-error")]
)
def test_a_child_that_ends_without_an_answer_is_a_fault_of_ours(
    http: TestClient, monkeypatch: pytest.MonkeyPatch, task: Any, status: int, slug: str
) -> None:
    monkeypatch.setattr("warpack.service.api.calls.manifests.check", task)
    answer = http.post("/v1/manifests:check", json=MANIFEST)
    assert (answer.status_code, answer.json()["type"]) == (status, f"urn:warpack:problem:{slug}")
    assert "SIG" not in answer.text
    assert ("retry-after" in answer.headers) == (status == 503)
    monkeypatch.undo()
    assert http.post("/v1/manifests:check", json=MANIFEST).status_code == 200


def test_more_than_may_wait_are_sent_away_for_a_while(tmp_path: Path) -> None:
    async def use() -> None:
        children = ApiChildren(Settings(data_dir=tmp_path))
        children.slow = WarmChildren(SOLVING, size=1, waiting=0)
        stop = asyncio.Event()
        asked = asyncio.create_task(children.slow.ask(stop_when_asked, b"", PATIENCE_S, stop))
        await asyncio.sleep(0)
        with pytest.raises(ApiError) as refused:
            await children.reply(check, b"{}", quick=False, else_do="")
        assert (refused.value.problem.slug, refused.value.problem.status) == ("busy", 503)
        assert refused.value.headers["Retry-After"]
        quick = await children.reply(check, b"{}", quick=True, else_do="")
        assert quick.status == 422
        stop.set()
        await asked
        await children.close()

    asyncio.run(use())


@pytest.mark.parametrize("call", CALLS)
def test_before_the_service_has_started_it_says_so(tmp_path: Path, call: str) -> None:
    client = client_of(create_app(Settings(data_dir=tmp_path)))
    answer = client.post(call, json=CALLS[call][1])
    assert (answer.status_code, answer.json()["type"]) == (503, "urn:warpack:problem:unavailable")
    assert answer.headers["retry-after"]


def test_a_large_manifest_is_read_beside_the_small_ones(http: TestClient) -> None:
    rows = [{"name": f"b{number}", "size": 1, "dtype": "float32"} for number in range(3000)]
    large = http.post("/v1/layouts", json=MANIFEST | {"buffers": rows})
    assert large.status_code == 202
    assert len(http.get(f"/v1/layouts/{large.json()['id']}/manifest").json()["buffers"]) == 3000


def test_a_reply_is_read_as_it_was_written() -> None:
    for body in (b"", b"{}\n\n", "ä\n".encode()):
        reply = Reply(422, "application/problem+json", body)
        assert Reply.from_bytes(reply.to_bytes()) == reply


_CALLS_WHILE_A_CHECK_HANGS = """
import asyncio, json, sys
from pathlib import Path
from tests.helpers.api_client import client_of
from tests.helpers.child_tasks import hang
from warpack.service.api import create_app
from warpack.service.api.calls import manifests
from warpack.service.api.documentation.example_layout import LAYOUT, MANIFEST
from warpack.service.api.warm_up import call
from warpack.service.settings import Settings

async def calls():
    app = create_app(Settings(data_dir=Path(sys.argv[1]), workers=0, check_limit_s=600))
    async with app.router.lifespan_context(app):
        await call(app, "POST", "/v1/layouts:verify", json.dumps({"manifest": MANIFEST, "layout": LAYOUT}).encode())
        manifests.check = hang
        checks = [asyncio.create_task(call(app, "POST", "/v1/manifests:check", b"{}")) for _ in range(8)]
        await call(app, "GET", "/readyz")
        await call(app, "POST", "/v1/layouts", json.dumps(MANIFEST).encode())
        heavy = ("numpy", "ortools", "warpack.service.manifest_check", "warpack.solver.verifier")
        print(json.dumps([[check.done() for check in checks], [name for name in heavy if name in sys.modules]]))
        for check in checks:
            check.cancel()
        await asyncio.gather(*checks, return_exceptions=True)

asyncio.run(calls())
"""


def test_calls_are_answered_while_checks_hang_and_nothing_heavy_is_loaded_here(tmp_path: Path) -> None:
    command = [sys.executable, "-c", _CALLS_WHILE_A_CHECK_HANGS, str(tmp_path)]
    ran = subprocess.run(command, cwd=Path(__file__).parents[3], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    assert json.loads(ran.stdout) == [[False] * 8, []]
