"""A loop whose tries fail several times a second says so once, and says when they work again."""

from __future__ import annotations

import logging

import pytest
from sqlalchemy.exc import OperationalError

from warpack.service.jobs.keeper import KeeperAway
from warpack.service.jobs.retried import Retried

LOG = logging.getLogger("warpack.jobs")


def away() -> Exception:
    return OperationalError("SELECT 1", {}, Exception("the server does not answer\nmore of it"))


def test_a_database_that_is_away_is_told_once_in_one_line(caplog: pytest.LogCaptureFixture) -> None:
    tried = Retried(LOG, "a heartbeat")
    for _ in range(5):
        tried.failed(away())
    (record,) = caplog.records
    assert record.getMessage().startswith("a heartbeat failed; it is tried again: ")
    assert "\n" not in record.getMessage()
    assert record.exc_info is None


def test_a_service_that_is_away_and_what_is_foreseen_have_one_line_each(caplog: pytest.LogCaptureFixture) -> None:
    tried = Retried(LOG, "asking for a task", (LookupError,))
    for error in (KeeperAway("no route"), KeeperAway("no route"), LookupError("who?")):
        tried.failed(error)
    assert [record.getMessage().partition(": ")[2] for record in caplog.records] == ["no route", "who?"]
    assert [record.exc_info for record in caplog.records] == [None, None]


def test_what_works_again_is_told_and_the_next_failure_too(caplog: pytest.LogCaptureFixture) -> None:
    tried = Retried(LOG, "a heartbeat")
    tried.worked()
    tried.failed(away())
    tried.worked()
    tried.worked()
    tried.failed(away())
    assert [record.getMessage().partition(":")[0] for record in caplog.records] == [
        "a heartbeat failed; it is tried again",
        "a heartbeat works again",
        "a heartbeat failed; it is tried again",
    ]


def test_a_fault_of_ours_is_told_whole_and_so_is_one_of_another_kind(caplog: pytest.LogCaptureFixture) -> None:
    tried = Retried(LOG, "a heartbeat")
    for error in (away(), KeyError("a"), KeyError("b"), ValueError("c")):
        tried.failed(error)
    told = [record.exc_info[0] if record.exc_info else None for record in caplog.records]
    assert told == [None, KeyError, ValueError]
