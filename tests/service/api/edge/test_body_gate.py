"""Bodies over real sockets: within a size, a time and a budget of bytes, whatever is sent."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.helpers.edge_server import edge_server, get, post
from warpack.service.api.edge.body_gate import MAX_BODY_BYTES
from warpack.service.api.edge.budget import LARGE_BYTES, BudgetSpent, ByteBudget, ShareSpent

MIB = 2**20


def test_a_body_that_says_it_is_too_large_is_refused_unread(tmp_path: Path) -> None:
    with edge_server(tmp_path) as server:
        wire = server.wire(post(b"{", declared=MAX_BODY_BYTES + 1))
        answer = wire.answer()
        assert (answer.status, answer.problem, answer.headers["connection"]) == (413, "body-too-large", "close")


def test_a_caller_that_sends_all_before_it_reads_still_gets_the_refusal(tmp_path: Path) -> None:
    with edge_server(tmp_path) as server:
        wire = server.wire(post(b" " * MAX_BODY_BYTES + b"  "))
        assert wire.answer().problem == "body-too-large"
        assert wire.is_ended()


def test_a_body_in_chunks_is_refused_once_it_is_too_large(tmp_path: Path) -> None:
    chunk = b"100000\r\n" + b" " * MIB + b"\r\n"
    head = b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
    with edge_server(tmp_path) as server:
        wire = server.wire(head)
        for _ in range(17):
            wire.send(chunk)
        assert wire.answer().problem == "body-too-large"


def test_the_largest_body_is_taken(tmp_path: Path) -> None:
    with edge_server(tmp_path) as server:
        assert server.ask(post(b" " * MAX_BODY_BYTES)).body == str(MAX_BODY_BYTES).encode()


def test_a_body_that_does_not_come_whole_is_refused(tmp_path: Path) -> None:
    with edge_server(tmp_path, body_limit_s=0.2) as server:
        wire = server.wire(post(b"{", declared=100))
        answer = wire.answer()
        assert (answer.status, answer.problem) == (408, "request-timeout")
        assert answer.headers["connection"] == "close"


def test_where_the_budget_is_spent_small_bodies_still_find_room(tmp_path: Path) -> None:
    with edge_server(tmp_path, max_bytes_in_flight=48 * MIB) as server:
        held = [server.wire() for _ in range(2)]
        for wire in held:
            wire.hold(MAX_BODY_BYTES)
            wire.send(b"{")
        answer = server.ask(post(b" " * 5 * MIB))
        assert (answer.status, answer.problem, answer.headers["retry-after"]) == (503, "too-many-bytes", "1")
        assert server.ask(post(b"{}")).body == b"2"
        for wire in held:
            wire.send(b" " * (MAX_BODY_BYTES - 1))
            assert wire.answer().body == str(MAX_BODY_BYTES).encode()
        assert server.ask(post(b" " * 5 * MIB)).status == 200  # what was held is given back


def test_what_a_caller_held_that_left_is_given_back(tmp_path: Path) -> None:
    with edge_server(tmp_path, max_bytes_in_flight=24 * MIB) as server:
        wire = server.wire()
        wire.hold(MAX_BODY_BYTES)
        wire.close()
        status = 503
        while status == 503:  # until the server has seen that the first caller left
            wire = server.wire(post(b" " * MAX_BODY_BYTES))
            status = wire.answer().status
        assert status == 200


def test_a_body_that_nobody_wants_does_not_keep_the_connection(tmp_path: Path) -> None:
    sent = post(b"{}").replace(b"POST", b"GET", 1)
    with edge_server(tmp_path) as server:
        wire = server.wire(sent + get())
        assert (answer := wire.answer()).body == b"hello"
        assert answer.headers["connection"] == "close"
        assert wire.is_ended()


def test_a_caller_that_asks_first_is_refused_without_sending(tmp_path: Path) -> None:
    with edge_server(tmp_path) as server:
        wire = server.wire(post(b"", declared=MAX_BODY_BYTES + 1, Expect="100-continue"))
        assert wire.answer().status == 413
        assert wire.is_ended()
        wire = server.wire(post(b"", declared=2, Expect="100-continue"))
        assert wire.answer().status == 100
        wire.send(b"{}")
        assert wire.answer().body == b"2"


def test_large_bodies_leave_a_quarter_of_the_budget_to_small_ones() -> None:
    budget = ByteBudget(8 * MIB)
    with budget.lease() as large, budget.lease() as small, budget.lease() as more:
        large.grow_to(6 * MIB)
        with pytest.raises(BudgetSpent):
            more.grow_to(LARGE_BYTES + 1)
        small.grow_to(LARGE_BYTES)
        more.grow_to(LARGE_BYTES)
        with pytest.raises(BudgetSpent), budget.lease() as last:
            last.grow_to(1)
    with budget.lease() as again:
        again.grow_to(6 * MIB)


def test_one_caller_has_a_share_and_leaves_the_rest_to_others() -> None:
    budget = ByteBudget(8 * MIB, share_bytes=2 * MIB)
    with budget.lease("a") as one, budget.lease("a") as two, budget.lease("b") as other:
        one.grow_to(MIB)
        with pytest.raises(ShareSpent):
            two.grow_to(MIB + 1)
        two.grow_to(MIB)
        other.grow_to(2 * MIB)
    with budget.lease("a") as again, budget.lease() as nobody:
        again.grow_to(2 * MIB)
        nobody.grow_to(4 * MIB)
