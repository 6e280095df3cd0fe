"""A worker's side of the gateway: where it calls, with what, and what it takes for an answer."""

from __future__ import annotations

import asyncio
import json
import ssl
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import httpx2
import pytest

from warpack.service.jobs.gateway.keeper import GatewayKeeper, GatewayRefused, UnknownWorker
from warpack.service.jobs.gateway.wire import DamagedClaim, claim_from_json, claim_to_json
from warpack.service.jobs.keeper import KeeperAway
from warpack.service.problems import ProblemDetails, overdue
from warpack.service.store.records import Claim, Task

CLAIM = Claim(
    Task("device", "a" * 28, 2, required="best", compute_capability="8.6", turn=7),
    "b" * 32,
    "the manifest",
    layout="the layout",
    required="best",
    compute_capability="8.6",
    bundle="the bundle",
    reports=("{}",),
)


def test_a_claim_comes_as_it_was_sent() -> None:
    document = json.loads(json.dumps(claim_to_json(CLAIM)))
    assert claim_from_json(document) == CLAIM
    document["task"]["later"] = document["later"] = "what a newer service says besides"
    assert claim_from_json(document) == CLAIM


@pytest.mark.parametrize("part", ["manifest", "layout", "bundle"])
def test_a_claim_that_was_changed_on_the_way_is_not_taken(part: str) -> None:
    document = claim_to_json(CLAIM) | {part: "another"}
    with pytest.raises(DamagedClaim, match="damaged"):
        claim_from_json(document)


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("http://example.org", "in the clear"),
        ("http://192.0.2.1:8000", "in the clear"),
        ("ftp://example.org", "not the URL of a service"),
        ("example.org", "not the URL of a service"),
    ],
)
def test_where_no_worker_should_call(url: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        GatewayKeeper(url, "wp_key")


def test_where_it_may() -> None:
    for url in ("https://example.org", "http://localhost:1", "http://127.0.0.1:1", "http://[::1]:1"):
        GatewayKeeper(url, "wp_key").close()
    GatewayKeeper("http://example.org", "wp_key", insecure=True).close()


@pytest.mark.parametrize("token", ["", "two words", "line\nend", "schlüssel"])
def test_what_is_no_token(token: str) -> None:
    with pytest.raises(ValueError, match="not an API key"):
        GatewayKeeper("https://example.org", token)


def test_the_environments_proxy_is_used_and_certificates_are_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("NO_PROXY", "localhost")
    keeper = GatewayKeeper("https://example.org", "wp_key")
    asked = keeper._calls._transport_for_url(httpx2.URL("https://example.org"))
    assert "HTTPProxy" in type(getattr(asked, "_pool")).__name__  # noqa: B009  (the client's own)
    direct = keeper._calls._transport_for_url(httpx2.URL("https://localhost"))
    context: ssl.SSLContext = getattr(direct, "_pool")._ssl_context  # noqa: B009  (the same)
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)
    keeper.close()


class Service:
    """Answers each call with what a test says, and remembers the calls."""

    def __init__(self, **answers: Callable[[httpx2.Request], httpx2.Response]) -> None:
        self.answers = answers
        self.calls: list[httpx2.Request] = []

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        self.calls.append(request)
        name = request.url.path.rpartition("/")[2]
        return self.answers.get(name, lambda _: httpx2.Response(204))(request)


def introduced(service: Service) -> GatewayKeeper:
    admission = {"id": "gw-1", "beat_s": 1.0, "lease_s": 8.0, "wait_s": 0.1}
    service.answers["workers"] = lambda _: httpx2.Response(201, json=admission)
    keeper = GatewayKeeper("https://example.org", "wp_key")
    keeper._calls.close()
    headers = {"Authorization": "Bearer wp_key"}
    keeper._calls = httpx2.Client(
        base_url="https://example.org", transport=httpx2.MockTransport(service), headers=headers
    )
    keeper._claims = httpx2.AsyncClient(base_url="https://example.org", transport=httpx2.MockTransport(service))
    keeper.introduce({"gpu-sm86": 1}, (), {})
    return keeper


def problem(status: int, slug: str) -> Callable[[httpx2.Request], httpx2.Response]:
    document = {"type": f"urn:warpack:problem:{slug}", "detail": "said so"}
    return lambda _: httpx2.Response(status, json=document)


def claimed(keeper: GatewayKeeper, service: Service) -> Claim:
    service.answers["claim"] = lambda _: httpx2.Response(200, json=claim_to_json(CLAIM))
    claim = asyncio.run(keeper.next(("gpu-sm86",)))
    assert claim == CLAIM
    assert keeper.claim(claim.task) == claim
    assert keeper.claim(claim.task) is None
    return claim


def test_what_was_called_off_is_known_after_the_next_beat() -> None:
    service = Service(beat=lambda _: httpx2.Response(200, json={"wanted": []}))
    keeper = introduced(service)
    claim = claimed(keeper, service)
    assert keeper.wanted((claim,)) == {claim.token}
    assert keeper.until_next_beat_s == 0.5
    keeper.beat(taking=True)
    assert keeper.wanted((claim,)) == frozenset()
    said = json.loads(service.calls[-1].content)
    assert said == {"holds": [claim.token], "claiming": False, "taking": True}
    keeper.forget(claim)
    assert keeper.until_next_beat_s == 1.0
    keeper.beat(taking=False)
    assert json.loads(service.calls[-1].content)["holds"] == []


def test_what_became_of_a_claim_goes_with_its_token() -> None:
    service = Service()
    keeper = introduced(service)
    claim = claimed(keeper, service)
    ends: dict[str, Callable[[], bool]] = {
        "found": lambda: keeper.validated(claim, {"reports": []}),
        "failed": lambda: keeper.fail(claim, overdue("validator", 1.0, "")),
        "lost": lambda: keeper.lose(claim, "killed"),
        "released": lambda: keeper.release(claim),
    }
    for end, call in ends.items():
        assert call()
        sent = service.calls[-1]
        assert sent.url.path == f"/v1/workers/gw-1/device/{claim.id}/{end}"
        assert (sent.headers["attempt-token"], sent.headers["authorization"]) == (claim.token, "Bearer wp_key")
        service.answers[end] = problem(409, "claim-over")
        assert not call()


def test_a_result_that_the_service_cannot_keep_is_a_loss() -> None:
    service = Service(found=problem(422, "bad-delivery"))
    keeper = introduced(service)
    assert keeper.validated(claimed(keeper, service), {})
    assert json.loads(service.calls[-1].content) == {"said": "the worker's result was refused: said so"}


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (problem(503, "unavailable"), KeeperAway),
        (problem(429, "request-quota"), KeeperAway),
        (lambda _: httpx2.Response(502, text="<html>a proxy's page"), KeeperAway),
        (lambda _: httpx2.Response(200, text="<html>log in to this network"), KeeperAway),
        (lambda _: httpx2.Response(200, json=[]), KeeperAway),
        (problem(409, "unknown-worker"), UnknownWorker),
        (problem(401, "unauthorized"), GatewayRefused),
        (lambda _: httpx2.Response(302, headers={"location": "https://elsewhere.example"}), GatewayRefused),
    ],
)
def test_what_a_beat_may_be_answered_with(answer: Any, error: type[Exception]) -> None:
    service = Service(beat=answer)
    keeper = introduced(service)
    with pytest.raises(error):
        keeper.beat(taking=True)
    assert all(call.url.host == "example.org" for call in service.calls)


def test_a_worker_that_was_given_up_holds_nothing_any_longer() -> None:
    service = Service()
    keeper = introduced(service)
    claim = claimed(keeper, service)
    keeper.introduce({"gpu-sm86": 1}, (), {})
    assert keeper.wanted((claim,)) == frozenset()


def test_a_wire_that_breaks_is_no_answer() -> None:
    def broken(_: httpx2.Request) -> httpx2.Response:
        raise httpx2.ConnectError("no route")

    service = Service(beat=broken, released=broken, incumbent=broken, claim=broken)
    keeper = introduced(service)
    with pytest.raises(KeeperAway, match="no route"):
        keeper.beat(taking=True)
    with pytest.raises(KeeperAway):
        keeper.release(CLAIM)
    with pytest.raises(KeeperAway):
        asyncio.run(keeper.next(("gpu-sm86",)))
    keeper.tell(CLAIM, {"run_bytes": 1})  # only news


def test_an_offer_that_came_damaged_is_not_held() -> None:
    service = Service(claim=lambda _: httpx2.Response(200, json=claim_to_json(CLAIM) | {"bundle": "another"}))
    keeper = introduced(service)
    with pytest.raises(KeeperAway, match="damaged"):
        asyncio.run(keeper.next(("gpu-sm86",)))
    service.answers["beat"] = lambda _: httpx2.Response(200, json={"wanted": []})
    keeper.beat(taking=True)
    assert json.loads(service.calls[-1].content)["holds"] == []


def test_a_problem_of_any_words_can_be_told() -> None:
    service = Service()
    keeper = introduced(service)
    said = replace(overdue("validator", 1.0, ""), detail="ü" * 10)
    assert isinstance(said, ProblemDetails)
    assert keeper.fail(claimed(keeper, service), said)
    assert json.loads(service.calls[-1].content)["detail"] == "ü" * 10
