"""A service that is not there is told at once; while one works, the line says what it does with the job."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import httpx2
import pytest

from tests.service.cli.commands import ROOT, Cli, small
from warpack.service.cli.asked import FirstContact, OrderClient
from warpack.service.cli.interruptible import _Told
from warpack.service.client import Unreachable
from warpack.solver.recipe import Progress

URL = "http://service.example"


def _never(_seconds: float) -> None:
    raise AssertionError("it waits, to try again")


class _Line(httpx2.BaseTransport):
    """Answers calls in turn. None is a connection that cannot be made, an error one that fails so."""

    def __init__(self, *answers: httpx2.Response | Exception | None) -> None:
        self.answers = list(answers)

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        answer = self.answers.pop(0)
        if answer is None:
            raise httpx2.ConnectError("Connection refused", request=request)
        if isinstance(answer, Exception):
            raise answer
        return answer


def _job(state: str, capability: str | None = None) -> httpx2.Response:
    waits = None if capability is None else {"capability": capability, "message": "…", "best_level_now": "static"}
    document = {"id": "1", "name": "small", "state": state, "problem": None, "waiting_for": waits}
    return httpx2.Response(200, json=document)


@pytest.mark.parametrize("command", [("solve", ROOT / "examples" / "01-two-buffers.json"), ("watch", "1")])
@pytest.mark.parametrize("url", ["http://127.0.0.1:9", "http://nobody.invalid"])
def test_a_service_that_is_not_there_is_told_without_another_try(
    warpack: Cli, monkeypatch: pytest.MonkeyPatch, url: str, command: tuple[Any, ...]
) -> None:
    monkeypatch.setenv("WARPACK_URL", url)
    monkeypatch.setattr("warpack.service.client.clients.time.sleep", _never)
    ran = warpack(*command)
    assert (ran.code, ran.out, len(ran.err.splitlines())) == (1, "", 1)
    assert f"warpack: The service at {url} cannot be reached" in ran.err


def test_a_service_that_restarts_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    paused: list[float] = []
    monkeypatch.setattr("warpack.service.client.clients.time.sleep", paused.append)
    line = _Line(_job("queued"), None, None, _job("ready"))
    with OrderClient(URL, FirstContact(URL, line)) as client:
        assert client.submit(small()).state == "queued"
        assert client.get("1").state == "ready"
    assert len(paused) == 2
    silent = httpx2.ConnectTimeout("timed out")
    for failed in (None, silent):
        with OrderClient(URL, FirstContact(URL, _Line(failed))) as client, pytest.raises(Unreachable):
            client.submit(small())


def test_a_service_that_never_restarts_has_ended_where_no_connection_can_be_made(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("warpack.service.client.clients.time.sleep", _never)
    line = FirstContact(URL, _Line(_job("queued"), None), restarts=False)
    with OrderClient(URL, line) as client:
        client.submit(small())
        with pytest.raises(Unreachable):
            client.get("1")


@pytest.mark.parametrize(
    ("job", "doing"),
    [
        (_job("queued", "worker"), "waiting for a worker"),
        (_job("queued"), "waiting for its turn"),
        (_job("solving"), ""),
        (_job("validating", "hardware"), "waiting for a GPU worker"),
        (_job("validating", "gpu-extra"), "waiting for a worker with CUDA compilers"),
        (_job("validating"), "validating"),
    ],
)
def test_what_the_service_does_is_known_from_the_job(job: httpx2.Response, doing: str) -> None:
    with OrderClient(URL, _Line(job)) as client:
        assert client.doing == "asking the service"
        client.submit(small())
        assert client.doing == doing


def test_each_event_but_a_better_packing_is_followed_by_a_look_at_the_job() -> None:
    events = "".join(
        f"id: {number}\nevent: {kind}\ndata: {json.dumps({})}\n\n"
        for number, kind in enumerate(("solving", "incumbent", "validating"), 1)
    )
    stream = httpx2.Response(200, headers={"content-type": "text/event-stream"}, content=events.encode())
    line = _Line(stream, _job("solving"), _job("validating", "hardware"), _job("ready"))
    with OrderClient(URL, line) as client:
        seen = [(event.kind, client.doing) for event in client.events("1")]
    assert seen == [("solving", ""), ("incumbent", ""), ("validating", "waiting for a GPU worker")]


@pytest.mark.parametrize("doing", ["waiting for a GPU worker", "asking the service"])
def test_the_line_says_packing_only_while_it_packs(doing: str) -> None:
    now = ""
    look: Callable[[], str] = lambda: now  # noqa: E731  (it is given where a function is wanted)
    told = _Told(of_pool=False, doing=look)
    assert told.line() == "packing"
    told.hear(Progress(0.5, 664, 632, 64))
    assert told.line().startswith("packing: 664 run bytes")
    now = doing
    assert told.line() == doing
