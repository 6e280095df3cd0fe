"""Building very many small objects that all stay: without Python's cycle collector, which would look through them again
and again."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def uncollected() -> Iterator[None]:
    """No collection of cycles inside, where it was on before. For stretches of at most a few seconds that make no
    cycles: memory is still freed as soon as nothing refers to it. Where threads do this at the same time, the first one
    that is done ends it for all: the others are slower then, and nothing else."""
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
