"""Each request is one line under an id that its answer repeats; each answer has the fields that protect browsers."""

from __future__ import annotations

import json
import logging
import re

import pytest
from starlette.testclient import TestClient

from warpack.service.logs import log_of_a_process

PROTECTS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
}


def lines(caplog: pytest.LogCaptureFixture) -> list[logging.LogRecord]:
    return [record for record in caplog.records if record.name == "warpack.http"]


def test_a_request_is_one_line(http: TestClient, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "warpack.http"):
        http.get("/v1/layouts/" + "0" * 28)
        answer = http.post("/v1/manifests:check", content=b"{}")
        http.get("/no/such/path")
        http.post("/v1/layouts", content=b"", headers={"Content-Type": "text/plain"})
    told = [vars(line) for line in lines(caplog)]
    assert [(each["method"], each["path"], each["status"]) for each in told] == [
        ("GET", "/v1/layouts/{job_id}", 404),
        ("POST", "/v1/manifests:check", 422),
        ("GET", None, 404),
        ("POST", "/v1/layouts", 415),
    ]
    assert (told[1]["bytes_in"], told[1]["bytes_out"]) == (2, len(answer.content))
    assert all(each["seconds"] > 0 for each in told)


def test_the_answer_repeats_an_id_that_is_harmless(http: TestClient) -> None:
    for fine in ("a", "A-1_2.3~4", "x" * 64):
        assert http.get("/livez", headers={"X-Request-Id": fine}).headers["x-request-id"] == fine


@pytest.mark.parametrize("given", [None, "", "x" * 65, "a b", 'a"b', "é", "{}"])
def test_any_other_gets_a_new_one(http: TestClient, given: str | None) -> None:
    fields = {} if given is None else {"X-Request-Id": given.encode()}
    answers = [http.get("/livez", headers=fields).headers["x-request-id"] for _ in range(2)]
    assert answers[0] != answers[1]
    assert all(re.fullmatch("[0-9a-f]{24}", each) for each in answers)


def test_the_line_has_the_id(http: TestClient, capsys: pytest.CaptureFixture[str]) -> None:
    with log_of_a_process():
        http.get("/livez", headers={"X-Request-Id": "mine"})
    (line,) = (json.loads(line) for line in capsys.readouterr().err.splitlines() if "request_id" in line)
    assert (line["event"], line["request_id"], line["level"], line["logger"]) == (
        "request", "mine", "info", "warpack.http",
    )  # fmt: skip
    assert set(line) - {"message"} == {  # added by whoever else formats the record
        "event", "request_id", "level", "logger", "timestamp",
        "method", "path", "caller", "status", "seconds", "bytes_in", "bytes_out",
    }  # fmt: skip


def test_a_process_logs_what_fails_as_one_line_of_json(capsys: pytest.CaptureFixture[str]) -> None:
    with log_of_a_process():
        try:
            raise ValueError("no good\nat all")
        except ValueError:
            logging.getLogger("warpack.test").exception("it failed", extra={"task": "solve-1"})
        logging.getLogger("warpack.test").debug("not asked for")
    logging.getLogger("warpack.test").error("after the process")
    (line,) = capsys.readouterr().err.splitlines()
    told = json.loads(line)
    assert (told["event"], told["level"], told["task"]) == ("it failed", "error", "solve-1")
    assert "ValueError: no good" in told["exception"]


@pytest.mark.parametrize("path", ["/livez", "/v1/layouts", "/no/such/path", "/v1/layouts?limit=0", "/openapi.json"])
def test_every_answer_protects_browsers(http: TestClient, path: str) -> None:
    headers = http.get(path).headers
    assert {name: headers[name] for name in PROTECTS} == PROTECTS
    assert headers["content-security-policy"].startswith("default-src 'none'")
    assert "server" not in headers
