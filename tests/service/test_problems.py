"""What callers are told of a failure names nothing of the machine that it happened on."""

from __future__ import annotations

import logging

import pytest

from warpack.service.problems import crashed, without_paths


def test_callers_get_the_last_line_and_the_operator_all_of_it(caplog: pytest.LogCaptureFixture) -> None:
    said = 'Traceback (most recent call last):\n  File "/srv/app/solve.py", line 3\nOSError: no file /srv/data/x.txt'
    with caplog.at_level(logging.ERROR):
        problem = crashed("solver", said)
    assert problem.detail == "OSError: no file …/x.txt"
    assert "Traceback" not in problem.to_text()
    assert "/srv" not in problem.to_text()
    (record,) = caplog.records
    assert record.last_lines == said  # type: ignore[attr-defined]


def test_a_child_that_said_nothing_is_told_so() -> None:
    assert crashed("validator", "").detail == "The validator's process ended and wrote nothing."


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("cannot open '/a/b/c.py'", "cannot open '…/c.py'"),
        ("/a/b: no", "…/b: no"),
        ("loop/algorithm/state is not shared", "loop/algorithm/state is not shared"),
        ("3/4 of it", "3/4 of it"),
        ("/livez", "/livez"),
    ],
)
def test_paths_are_cut_and_names_of_buffers_are_not(text: str, left: str) -> None:
    assert without_paths(text) == left
