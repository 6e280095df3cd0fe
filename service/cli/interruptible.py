"""A solve that Ctrl-C ends with the best layout so far."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from warpack.service.cli.terminal import err, note

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


def optimize_interruptibly(manifest: Manifest, optimize: Optimize) -> tuple[Layout, bool]:
    """The layout, and whether Ctrl-C cut the search short. A second Ctrl-C raises KeyboardInterrupt.

    The search runs in another thread. Python handles signals in the main thread alone, and only between two steps of
    the interpreter; a solver in C++ would keep it from that.
    """
    outcome, stop = _Outcome(), threading.Event()
    status = err().status("packing")

    def progress(found: Progress) -> None:
        threads = (
            "no block fits yet" if found.threads_per_block is None else f"{found.threads_per_block} threads a block"
        )
        status.update(f"packing: {found.run_bytes} run bytes, lower bound {found.lower_bound_bytes}; {threads}")

    def search() -> None:
        try:
            outcome.layout = optimize(manifest, on_progress=progress, cancelled=stop.is_set)
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
        with status:
            thread.start()
            thread.join()
    finally:
        signal.signal(signal.SIGINT, before)
    if outcome.error is not None:
        raise outcome.error
    if outcome.layout is None:
        raise RuntimeError("the solver ended without a layout")
    return outcome.layout, stop.is_set()
