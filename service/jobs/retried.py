"""Logs the failures of a loop that tries again: the first of each kind, and the first success after it."""

from __future__ import annotations

import logging

from sqlalchemy.exc import SQLAlchemyError

from warpack.service.jobs.keeper import KeeperAway


class Retried:
    """`what` names what is tried ("a heartbeat"). A database or a service that cannot be reached is logged in one line,
    and so is an error that is `foreseen`; any other fault has its traceback."""

    def __init__(self, log: logging.Logger, what: str, foreseen: tuple[type[Exception], ...] = ()) -> None:
        self._log, self._what = log, what
        self._in_one_line = (SQLAlchemyError, KeeperAway, *foreseen)
        self._failing: type[BaseException] | None = None

    def failed(self, error: Exception) -> None:
        """Notes a failure, and logs it if it is the first of its kind."""
        if type(error) is self._failing:
            return
        self._failing = type(error)
        if isinstance(error, self._in_one_line):
            self._log.warning("%s failed; it is tried again: %s", self._what, str(error).partition("\n")[0])
        else:
            self._log.error("%s failed; it is tried again", self._what, exc_info=error)

    def worked(self) -> None:
        """Notes a success, and logs it if failures came before."""
        if self._failing is not None:
            self._failing = None
            self._log.warning("%s works again", self._what)
