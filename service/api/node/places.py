"""Caps the calls of one API key that wait for a job's end, or follow its events. Such a call takes a place."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus

from warpack.service.api.answers.errors import ApiError
from warpack.service.api.edge.counts import one_waits
from warpack.service.api.edge.keys import Caller
from warpack.service.problems import ProblemDetails

_RETRY_AFTER_S = 5


class Places:
    """For one event loop. Callers without a key have no cap but that of connections."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._taken: Counter[str] = Counter()

    def free(self, caller: Caller) -> bool:
        """Whether the caller has a free place."""
        return not caller.id or self._taken[caller.id] < self._most

    @contextmanager
    def one(self, caller: Caller) -> Iterator[None]:
        """Takes a place until the block ends. Raises problem `waiting-quota` (429) if none is free."""
        if not self.free(caller):
            raise waiting_quota(self._most)
        self._taken[caller.id] += 1
        try:
            with one_waits():
                yield
        finally:
            self._taken[caller.id] -= 1
            if not self._taken[caller.id]:
                del self._taken[caller.id]


def waiting_quota(most: int) -> ApiError:
    """The answer to a call for which no place is free."""
    problem = ProblemDetails(
        "waiting-quota",
        "Too many calls of this key are waiting",
        HTTPStatus.TOO_MANY_REQUESTS,
        f"{most} calls of this key wait for jobs or follow events, and one key may have no more. A call without Prefer: "
        "wait is answered at once.",
    )
    return ApiError(problem, {"Retry-After": str(_RETRY_AFTER_S)})
