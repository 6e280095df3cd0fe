"""A solve that Ctrl-C ends with the best layout so far."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from warpack.service.cli.progress import showing
from warpack.service.cli.terminal import note
from warpack.solver.wire.counts import number_of

if TYPE_CHECKING:
    from warpack.solver.recipe import Progress
    from warpack.solver.wire.layout import Layout
    from warpack.solver.wire.manifest import Manifest


class Optimize(Protocol):
    """A function that finds a layout: `warpack.solver.optimize`, or one that asks a service."""

    def __call__(
        self,
        manifest: Manifest,
        *,
        on_progress: Callable[[Progress], None] | None = None,
        cancelled: Callable[[], bool] | None = None,
    ) -> Layout: ...


@dataclass
class _Outcome:
    layout: Layout | None = None
    error: BaseException | None = None


@dataclass
class _Told:
    """What a search has found so far, in a line."""

    of_pool: bool
    doing: Callable[[], str]
    last: Progress | None = None

    def hear(self, found: Progress) -> None:
        self.last = found

    def line(self) -> str:
        if doing := self.doing():
            return doing
        found = self.last
        return "packing" if found is None else f"packing: {spoken(found, of_pool=self.of_pool)}"


def spoken(found: Progress, *, of_pool: bool = False) -> str:
    """The best packing so far, the bound, and the threads that it allows."""
    text = f"{found.run_bytes} {'pool' if of_pool else 'run'} bytes, lower bound {found.lower_bound_bytes}"
    if of_pool:
        return text
    threads = found.threads_per_block
    return f"{text}; {'no block fits yet' if threads is None else number_of(threads, 'thread') + ' per block'}"


def optimize_interruptibly(
    manifest: Manifest, optimize: Optimize, doing: Callable[[], str] = str
) -> tuple[Layout, bool]:
    """The layout, and whether Ctrl-C cut the search short. A second Ctrl-C raises KeyboardInterrupt. `doing` says what
    is done in place of packing, if that is so.

    The search runs in another thread. Python handles signals in the main thread alone, and only between two steps of
    the interpreter; a solver in C++ would keep it from that.
    """
    outcome, stop, told = _Outcome(), threading.Event(), _Told(manifest.of_pool, doing)

    def search() -> None:
        try:
            outcome.layout = optimize(manifest, on_progress=told.hear, cancelled=stop.is_set)
        except BaseException as error:
            outcome.error = error

    def interrupted(*_: Any) -> None:
        if stop.is_set():
            raise KeyboardInterrupt
        stop.set()
        note("Stopping with the best layout so far. Press Ctrl-C once more to stop at once.")

    thread = threading.Thread(target=search, name="solve", daemon=True)
    before = signal.signal(signal.SIGINT, interrupted)
    try:
        with showing(told.line):
            thread.start()
            thread.join()
    finally:
        signal.signal(signal.SIGINT, before)
    if outcome.error is not None:
        raise outcome.error
    if outcome.layout is None:
        raise RuntimeError("the solver ended without a layout")
    return outcome.layout, stop.is_set()
