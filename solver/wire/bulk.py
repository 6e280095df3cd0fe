"""For building very many small objects that are all kept: switches off Python's cycle collector, which would scan them
again and again."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def uncollected() -> Iterator[None]:
    """Cycles are not collected inside, if they were before. Use it for at most a few seconds, in code that makes no
    cycles: memory is still freed as soon as nothing refers to it. Where several threads do this at the same time, the
    first that is done ends it for all. The others are then slower, and nothing else."""
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
