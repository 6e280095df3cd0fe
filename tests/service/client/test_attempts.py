"""A call is tried again where that may help, and only there."""

from __future__ import annotations

import json
from typing import Any

import pytest

from warpack.service.client import (
    AlreadyFinished,
    ApiProblem,
    BadManifest,
    BadRequest,
    Client,
    Forbidden,
    NotFound,
    NotReady,
    QuotaExceeded,
    ServiceFault,
    Unauthorized,
    Unavailable,
    Unreachable,
)
from warpack.service.client.attempts import Answer, Lost, Pause, Request
from warpack.service.client.calls import Calls

URL = "http://service"


def answer(status: int, slug: str = "", **headers: str) -> Answer:
    document = {"type": f"urn:warpack:problem:{slug}", "detail": "why", "errors": []} if slug else {"state": "queued"}
    return Answer(status, {"content-type": "application/json", **headers}, json.dumps(document).encode())


def driven(steps: Any, *answers: Answer | Lost) -> tuple[Any, list[Request], list[float]]:
    """What a call gives, the requests that it made, and its pauses."""
    left, requests, pauses = list(answers), [], []
    found = None
    while True:
        try:
            step = steps.send(found)
        except StopIteration as done:
            return done.value, requests, pauses
        if isinstance(step, Pause):
            pauses.append(step.seconds)
            found = None
        else:
            requests.append(step)
            found = left.pop(0)


def test_the_same_request_is_sent_until_there_is_an_answer() -> None:
    job, requests, pauses = driven(
        Calls(URL).submit({"name": "n"}), Lost("broke"), answer(502), answer(503, "busy"), answer(202)
    )
    assert job.state == "queued"
    assert len(requests) == 4
    assert len({(each.body, each.headers["Idempotency-Key"]) for each in requests}) == 1
    assert len(pauses) == 3
    assert pauses[0] < pauses[2]


def test_two_calls_have_two_keys() -> None:
    keys = {driven(Calls(URL).submit("{}"), answer(202))[1][0].headers["Idempotency-Key"] for _ in range(9)}
    assert len(keys) == 9
    _, (request,), _ = driven(Calls(URL).submit("{}", idempotency_key="mine"), answer(202))
    assert request.headers["Idempotency-Key"] == "mine"


def test_it_comes_back_when_it_is_told_to() -> None:
    _, _, pauses = driven(Calls(URL).devices(), answer(429, "request-quota", **{"retry-after": "7"}), answer(200))
    assert 7.0 <= pauses[0] < 8.0
    _, _, pauses = driven(Calls(URL).devices(), answer(503, "busy", **{"retry-after": "99999"}), answer(200))
    assert pauses[0] < 60.0


def test_it_gives_up_after_so_many_tries() -> None:
    with pytest.raises(Unreachable, match=r"http://service cannot be reached: broke"):
        driven(Calls(URL, retries=2).get("x"), *[Lost("broke")] * 3)
    with pytest.raises(Unavailable) as busy:
        driven(Calls(URL, retries=0).get("x"), answer(503, "busy", **{"retry-after": "5"}))
    assert (busy.value.slug, busy.value.retry_after_s) == ("busy", 5.0)


@pytest.mark.parametrize(
    ("status", "slug", "kind"),
    [
        (422, "bad-manifest", BadManifest),
        (400, "not-json", BadManifest),
        (401, "unauthorized", Unauthorized),
        (403, "forbidden", Forbidden),
        (404, "not-found", NotFound),
        (409, "not-ready", NotReady),
        (409, "already-finished", AlreadyFinished),
        (422, "idempotency-key-reused", BadRequest),
        (429, "order-quota", QuotaExceeded),
        (500, "internal-error", ServiceFault),
        (503, "disk-full", Unavailable),
    ],
)
def test_each_type_of_problem_is_an_exception_of_its_own(status: int, slug: str, kind: type[ApiProblem]) -> None:
    with pytest.raises(kind, match="why") as raised:
        driven(Calls(URL, retries=0).get("x"), answer(status, slug))
    assert type(raised.value) is kind
    assert (raised.value.status, raised.value.slug) == (status, slug)


def test_a_refusal_is_not_tried_again() -> None:
    with pytest.raises(ServiceFault):
        driven(Calls(URL).get("x"), answer(500, "internal-error"))


def test_an_answer_of_a_proxy_is_told_as_it_is() -> None:
    page = Answer(502, {"content-type": "text/html"}, b"<h1>bad gateway</h1>")
    with pytest.raises(ServiceFault, match="bad gateway"):
        driven(Calls(URL, retries=0).get("x"), page)


def test_a_url_that_is_none_is_refused_at_once() -> None:
    with pytest.raises(ValueError, match="http:// or https://"):
        Client("localhost:8000")
