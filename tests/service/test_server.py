"""Signals: the first ends the service in order, the second is in a hurry."""

from __future__ import annotations

import signal

import pytest
import uvicorn

from warpack.service.server import _Server


@pytest.mark.parametrize("first", [signal.SIGTERM, signal.SIGINT])
def test_a_second_signal_releases_what_is_under_way_and_still_ends_in_order(first: signal.Signals) -> None:
    hurried: list[bool] = []
    server = _Server(uvicorn.Config("none:app"), lambda: None, lambda: None, lambda: hurried.append(True))
    server.handle_exit(first, None)
    assert server.should_exit
    assert hurried == []
    for second in (signal.SIGTERM, signal.SIGINT):
        server.handle_exit(second, None)
    assert hurried == [True, True]
    assert not server.force_exit  # which would skip the end of the workers
