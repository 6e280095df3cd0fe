"""The log: one structured line for each event, on standard error. It is JSON, or on a terminal columns with colours.

Modules log by the standard library: `logging.getLogger("warpack.…")`, with values by name in `extra`.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import structlog

_QUIET = {
    "alembic": "WARNING",
    "asyncio": "WARNING",
    "dbos": "WARNING",
    "uvicorn": "WARNING",
    "uvicorn.error": "ERROR",  # requests that are not HTTP; `edge.protocol` logs them
}
"""Loggers whose lines below this level are of no use to an operator."""


@contextmanager
def log_of_a_process(level: str = "INFO") -> Iterator[None]:
    """While the block runs, log lines at this level or above go to standard error."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_formatter(terminal=sys.stderr.isatty()))
    root = logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel(level)
    for name, least in _QUIET.items():
        logging.getLogger(name).setLevel(least)
    # DBOS logs in its own form, unless its logger has a handler already.
    mute = logging.NullHandler()
    logging.getLogger("dbos").addHandler(mute)
    try:
        yield
    finally:
        logging.getLogger("dbos").removeHandler(mute)
        root.removeHandler(handler)
        root.setLevel(before)


def _formatter(*, terminal: bool) -> logging.Formatter:
    before: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    render: list[Any] = (
        [structlog.dev.ConsoleRenderer()]
        if terminal
        else [structlog.processors.format_exc_info, structlog.processors.JSONRenderer(ensure_ascii=False)]
    )
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=before, processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *render]
    )
