"""Connections over real sockets: what is no HTTP, comes too slowly or too often is refused, and keeps nobody out."""

from __future__ import annotations

import json
import logging
from pathlib import Path

import pytest

from tests.helpers.edge_server import LARGE_ANSWER_BYTES, edge_server, get, post
from tests.helpers.processes import eventually
from warpack.service.api.edge import protocol


def test_a_connection_serves_several_requests(tmp_path: Path) -> None:
    with edge_server(tmp_path) as server:
        wire = server.wire()
        for body in (b"{}", b"[1, 2]", b'"' + b"x" * 200_000 + b'"'):
            wire.send(post(body))
            assert wire.answer().body == str(len(body)).encode()
        wire.send(get() + get())
        assert [wire.answer().body, wire.answer().body] == [b"hello", b"hello"]


@pytest.mark.parametrize(
    ("sent", "status", "slug"),
    [
        (b"nonsense\r\n\r\n", 400, "not-http"),
        (b"GET / HTTP/1.1\r\n\r\n", 400, "not-http"),  # no Host
        (b"GET / HTTP/1.1\r\nHost: localhost\r\nbad field: 1\r\n\r\n", 400, "not-http"),
        (b"GET / HTTP/1.1\r\nHost: localhost\r\nX: a\x00b\r\n\r\n", 400, "not-http"),
        (b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n", 400, "not-http"),
        (b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", 400, "not-http"),
        (b"POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: gzip\r\n\r\n", 501, "not-http"),
        (b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"x" * 70_000, 431, "head-too-large"),
    ],
)
def test_what_is_no_http_is_a_problem_and_ends_the_connection(
    tmp_path: Path, sent: bytes, status: int, slug: str
) -> None:
    with edge_server(tmp_path) as server:
        wire = server.wire(sent)
        answer = wire.answer()
        assert (answer.status, answer.problem) == (status, slug)
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["x-request-id"]
        assert answer.headers["connection"] == "close"
        assert wire.is_ended()
        assert server.ask(get()).body == b"hello"


def test_a_chunk_that_is_none_ends_the_request_in_mid_body(tmp_path: Path) -> None:
    head = b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
    with edge_server(tmp_path) as server:
        assert server.ask(head + b"2\r\n{}\r\n0\r\n\r\n").body == b"2"
        assert server.ask(head + b"2\r\n{}\r\nzzz\r\n").problem == "not-http"
        assert server.ask(get()).body == b"hello"


def test_a_probe_by_http_1_0_needs_no_host(tmp_path: Path) -> None:
    with edge_server(tmp_path) as server:
        assert server.ask(b"GET /livez HTTP/1.0\r\n\r\n").body == b"hello"
        assert server.ask(b"GET /livez HTTP/1.0\r\nHost: evil.example\r\n\r\n").problem == "host-not-allowed"
        assert server.ask(b"GET /v1/layouts HTTP/1.0\r\n\r\n").problem == "host-not-allowed"


LIMITS_S = (0.2, 3.0, 45.0)
"""For a head, tried in turn: on a busy machine what a test sends at once may come later than the first of them."""


def test_a_head_that_does_not_come_whole_is_refused(tmp_path: Path) -> None:
    for limit_s in LIMITS_S:
        with edge_server(tmp_path, header_limit_s=limit_s) as server:
            half, silent = server.wire(b"GET / HTTP/1.1\r\nHost: loc"), server.wire()
            assert silent.is_ended()
            try:
                answer = half.answer()
            except (EOFError, ConnectionError):
                continue  # not even its first half came in time
            assert (answer.status, answer.problem) == (408, "request-timeout")
            assert half.is_ended()
            return
    pytest.fail("no half of a head was answered")


def test_a_second_head_has_its_time_too(tmp_path: Path) -> None:
    for limit_s in LIMITS_S:
        with edge_server(tmp_path, header_limit_s=limit_s) as server:
            wire = server.wire(get())
            try:
                first = wire.answer()
                wire.send(b"GET /")
                second = wire.answer()
            except (EOFError, ConnectionError):
                continue  # one of them was not begun in time
            assert (first.status, second.problem) == (200, "request-timeout")
            return
    pytest.fail("no two heads were answered")


def test_half_open_connections_keep_nobody_out(tmp_path: Path) -> None:
    with edge_server(tmp_path, max_connections=8) as server:
        half_open = [server.wire(b"GET / HT") for _ in range(40)]
        assert server.ask(get()).body == b"hello"
        assert all(wire.is_ended() for wire in half_open[:30])


def test_where_every_request_that_may_be_is_in_progress_the_next_is_told_so(tmp_path: Path) -> None:
    with edge_server(tmp_path, max_connections=8) as server:
        busy = [server.wire(get("/held")) for _ in range(4)]
        eventually(lambda: server.app.held == 4, "four requests are in progress")
        wire = server.wire(get())
        refused = wire.answer()
        assert (refused.status, refused.problem) == (503, "too-busy")
        assert refused.headers["retry-after"] == "1"
        assert wire.is_ended()
        assert server.ask(get("/readyz")).body == b"hello"
        server.app.let_go.set()
        assert [wire.answer().body for wire in busy] == [b"hello"] * 4
        assert server.ask(get()).body == b"hello"


def test_a_caller_that_leaves_in_mid_body_is_one_line_and_no_fault(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG), edge_server(tmp_path) as server:
        server.wire(post(b'{"a": ', declared=100)).close()
        eventually(lambda: _events(caplog), "the request is logged")
        assert server.ask(get()).body == b"hello"
    left, answered = (record for record in caplog.records if record.name == "warpack.http")
    assert (left.message, left.levelname) == ("request without an answer: the caller left", "INFO")
    assert (left.status, left.bytes_in) == (None, 6)  # type: ignore[attr-defined]
    assert answered.status == 200  # type: ignore[attr-defined]
    assert not [record for record in caplog.records if record.levelno > logging.INFO or record.exc_info]


def test_a_caller_that_takes_nothing_of_its_answer_is_given_up(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(protocol, "_STUCK_ANSWER_S", 0.2)
    with caplog.at_level(logging.INFO, "warpack.http"), edge_server(tmp_path) as server:
        server.wire(get("/large"))
        given_up = "a caller takes nothing of its answer"
        eventually(lambda: given_up in _events(caplog), "the caller is given up")
        assert len(server.ask(get("/large")).body) == LARGE_ANSWER_BYTES  # one that reads gets all of it


def test_a_fault_of_ours_is_told_without_a_word_of_what_it_was(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with edge_server(tmp_path) as server:
        answer = server.ask(get("/broken", X_Request_Id="mine"))
    assert (answer.status, answer.problem) == (500, "internal-error")
    assert answer.headers["x-request-id"] == "mine"
    assert b"secret" not in answer.body
    assert b"Traceback" not in answer.body
    (fault,) = (record for record in caplog.records if record.exc_info)
    assert fault.message == "a call failed"


def test_a_wish_for_another_protocol_is_passed_over(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with edge_server(tmp_path) as server:
        assert server.ask(get(Connection="Upgrade", Upgrade="websocket")).body == b"hello"
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]


def _events(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.message for record in caplog.records if record.name == "warpack.http"]


def test_an_answer_can_be_read_as_json_whoever_made_it(tmp_path: Path) -> None:
    with edge_server(tmp_path) as server:
        document = json.loads(server.ask(b"nonsense\r\n\r\n").body)
        assert set(document) == {"type", "title", "status", "detail"}
