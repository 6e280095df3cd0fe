"""What goes on while a command works for long, on standard error: a line that moves on a terminal; elsewhere a plain
line now and then. Nothing if the user wants quiet."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from warpack.service.cli.terminal import err, is_quiet, note

_SAID_AFTER_S = (10.0, 30.0, 60.0)
"""When a plain line comes. After the last of these, it comes each time so many seconds have passed."""
_FRAMES = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"
_FRAMES_A_SECOND = 8


@contextmanager
def showing(line: Callable[[], str]) -> Iterator[None]:
    """While the block runs, shows the seconds since it began, and what `line` says at the time."""
    began = time.monotonic()

    def now() -> str:
        return f"{_span(time.monotonic() - began)}  {line()}"

    if is_quiet():
        yield
    elif err().is_terminal:
        with _moving(now):
            yield
    else:
        ended = threading.Event()
        thread = threading.Thread(target=_say_now_and_then, args=(now, ended), name="warpack-progress", daemon=True)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()


@contextmanager
def _moving(now: Callable[[], str]) -> Iterator[None]:
    from rich.live import Live
    from rich.text import Text

    console, began = err(), time.monotonic()
    spins = (console.encoding or "").lower().startswith("utf")

    def picture() -> Text:
        frame = _FRAMES[int((time.monotonic() - began) * _FRAMES_A_SECOND) % len(_FRAMES)] if spins else "*"
        return Text(f"{frame} {now()}", no_wrap=True, overflow="ellipsis")

    with Live(get_renderable=picture, console=console, refresh_per_second=_FRAMES_A_SECOND, transient=True):
        yield


def _say_now_and_then(now: Callable[[], str], ended: threading.Event) -> None:
    last = 0.0
    for after in _SAID_AFTER_S:
        if ended.wait(after - last):
            return
        note(now())
        last = after
    while not ended.wait(_SAID_AFTER_S[-1]):
        note(now())


def _span(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 60 else f"{seconds // 60:.0f} min {seconds % 60:02.0f} s"
