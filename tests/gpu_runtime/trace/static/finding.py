"""Short forms of what tests ask of the static analysis."""

from __future__ import annotations

import inspect
from typing import Any

from warpack.gpu_runtime.trace.positions import ArraySite
from warpack.gpu_runtime.trace.static import Lifetimes, analyse

ONE_THREAD = (1, 1, 1)


def found_in(kernel: Any, block: tuple[int, int, int] = ONE_THREAD, **more: Any) -> Lifetimes:
    return analyse(kernel, block, **more)


def names(pairs: Any) -> set[tuple[str, ...]]:
    """Pairs of arrays by name, each in the order of the alphabet."""
    return {tuple(sorted(site.name for site in pair)) for pair in pairs}


def site(found: Lifetimes, name: str) -> ArraySite:
    (one,) = [site for site in found.arrays if site.name == name]
    return one


def line_of(kernel: Any, text: str) -> int:
    """The number of the line of a kernel that holds this text."""
    lines, first = inspect.getsourcelines(kernel.py_func)
    (at,) = [number for number, line in enumerate(lines) if text in line]
    return first + at
