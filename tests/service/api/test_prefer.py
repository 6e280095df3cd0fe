"""How long callers may ask a call to wait."""

from __future__ import annotations

import pytest

from warpack.service.api.answers.prefer import wait_s


@pytest.mark.parametrize(
    ("header", "granted"),
    [
        (None, None),
        ("", None),
        ("respond-async", None),
        ("wait=10", 10),
        ("wait=0", 0),
        ("respond-async, wait=10", 10),
        ("wait = 10; foo=bar", 10),
        ('wait="10"', 10),
        ("Wait=10", 10),
        ("wait=61", 60),
        ("wait=100000", 60),
        ("wait=-1", None),
        ("wait=soon", None),
        ("await=10", None),
    ],
)
def test_the_wish_is_granted_up_to_a_minute_and_what_is_not_understood_is_passed_over(
    header: str | None, granted: int | None
) -> None:
    assert wait_s(header) == granted
