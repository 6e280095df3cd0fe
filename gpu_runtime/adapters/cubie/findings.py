"""Faults of CuBIE's own layout that its registry shows.

doubled-window   a component registered one child under two names: one of the two windows is never used
stale-window     a child's buffers outgrew (or undercut) the window that its parent registered for it earlier
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from warpack.gpu_runtime.adapters.cubie.registry import ChildWindow, RegisteredComponent


@dataclass(frozen=True)
class Finding:
    """`window` is the full name of CuBIE's registration; `wrong_bytes` are wasted bytes per run for a doubled window,
    and missing bytes (negative: bytes too many) for a stale one."""

    type: str
    window: str
    wrong_bytes: int
    message: str

    def __str__(self) -> str:
        return f"{self.message} [{self.type}]"


def find_faults(components: Iterable[RegisteredComponent]) -> tuple[Finding, ...]:
    """Every fault, parents first. Warpack's layout has none of them: it places each buffer exactly once."""
    found: list[Finding] = []
    for component in components:
        for window in component.windows:
            if window.twin is not None and window.registered_elements:
                found.append(_doubled(component, window))
            elif window.is_stale:
                found.append(_stale(component, window))
    return tuple(found)


def _doubled(component: RegisteredComponent, window: ChildWindow) -> Finding:
    size_bytes = window.registered_elements * window.itemsize_bytes
    return Finding(
        "doubled-window",
        f"{component.path}/{window.child}_{window.kind}",
        size_bytes,
        f"{component.class_name} ({component.path}) registers one {window.child_class} twice, as '{window.child}' and as "
        f"'{window.twin}': CuBIE keeps {window.registered_elements} {window.kind} elements ({size_bytes} bytes) per run "
        f"for '{window.child}' that nothing uses",
    )


def _stale(component: RegisteredComponent, window: ChildWindow) -> Finding:
    missing = window.needed_elements - window.registered_elements
    size_bytes = missing * window.itemsize_bytes
    consequence = (
        f"CuBIE's own layout lets it write {missing} elements ({size_bytes} bytes) past the end of its window"
        if missing > 0
        else f"{-missing} elements ({-size_bytes} bytes) are kept for nothing"
    )
    return Finding(
        "stale-window",
        f"{component.path}/{window.child}_{window.kind}",
        size_bytes,
        f"{component.class_name} ({component.path}) registered {window.registered_elements} {window.kind} elements for "
        f"'{window.child}', but {window.child_class} needs {window.needed_elements} now: {consequence}; "
        "make a new Solver, or install a layout",
    )
