"""Standard streams that are closed, full, or no longer read."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from typing import Any, TextIO, cast


@contextmanager
def usable_streams() -> Iterator[None]:
    """While the block runs, there are standard output and standard error. One that was closed leads nowhere. An error
    of standard output says whose it is. What standard error does not take is lost, and is no error."""
    given = sys.stdout, sys.stderr
    with ExitStack() as opened:
        if sys.stdin is None:  # the lowest number is taken, so that no file that is opened later becomes standard input
            opened.enter_context(_nowhere())
        output = given[0] if given[0] is not None else opened.enter_context(_nowhere())
        error = given[1] if given[1] is not None else opened.enter_context(_nowhere())
        for stream in (output, error):
            if hasattr(stream, "reconfigure"):
                stream.reconfigure(errors="backslashreplace")  # a name that the locale cannot write is no error
        sys.stdout, sys.stderr = cast(TextIO, _Named(output, "standard output")), cast(TextIO, _Forgiving(error))
        try:
            yield
        finally:
            sys.stdout, sys.stderr = given
            flushed(error)


def flushed(stream: TextIO) -> OSError | None:
    """Writes what `stream` still holds. If that fails, the error, and `stream` leads nowhere from then on: Python
    flushes it again at exit, and would complain once more."""
    try:
        stream.flush()
    except OSError as error:
        give_up(stream)
        return error
    return None


def give_up(stream: TextIO) -> None:
    """From now on `stream` leads nowhere."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)


class _Named:
    """A stream whose errors have its name, as those of a file have."""

    def __init__(self, stream: Any, name: str) -> None:
        self._stream, self._name = stream, name

    def write(self, data: Any) -> int:
        with self._telling():
            return int(self._stream.write(data))

    def flush(self) -> None:
        with self._telling():
            self._stream.flush()

    @property
    def buffer(self) -> _Named:
        return _Named(self._stream.buffer, self._name)

    @contextmanager
    def _telling(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise type(error)(error.errno, error.strerror, self._name) from None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


class _Forgiving:
    """A stream whose errors change nothing. It is tried again at each write: a full disk may have room later."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        with suppress(OSError):
            self._stream.write(text)
        return len(text)

    def flush(self) -> None:
        with suppress(OSError):
            self._stream.flush()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def _nowhere() -> TextIO:
    return open(os.devnull, "w", encoding="utf-8")
