"""Faults of CuBIE's own layout are found from the windows it registered."""

from __future__ import annotations

from warpack.gpu_runtime.adapters.cubie.findings import find_faults
from warpack.gpu_runtime.adapters.cubie.registry import ChildWindow, RegisteredComponent


def parent_of(*windows: ChildWindow) -> tuple[RegisteredComponent, ...]:
    return (RegisteredComponent("loop/algorithm", "SomeStep", (), None, windows),)


def window(registered: int, needed: int, *, kind: str = "shared", twin: str | None = None) -> ChildWindow:
    return ChildWindow("solver", "Newton", kind, registered, needed, itemsize_bytes=8, twin=twin)


def test_windows_that_fit_are_no_fault() -> None:
    assert find_faults(parent_of(window(14, 14), window(0, 0, kind="persistent"))) == ()


def test_a_window_that_was_outgrown_says_how_far_is_written_past_its_end() -> None:
    (fault,) = find_faults(parent_of(window(52, 110)))
    assert (fault.type, fault.window, fault.wrong_bytes) == ("stale-window", "loop/algorithm/solver_shared", 464)
    assert "registered 52 shared elements for 'solver', but Newton needs 110" in fault.message
    assert "58 elements (464 bytes) past the end" in fault.message


def test_a_window_that_is_larger_than_needed_says_what_is_wasted() -> None:
    (fault,) = find_faults(parent_of(window(12, 11, kind="persistent")))
    assert fault.wrong_bytes == -8
    assert "1 elements (8 bytes) are kept for nothing" in fault.message


def test_a_child_registered_twice_says_which_window_nothing_uses() -> None:
    (fault,) = find_faults(parent_of(window(14, 14, twin="solver_again")))
    assert (fault.type, fault.wrong_bytes) == ("doubled-window", 112)
    assert "as 'solver' and as 'solver_again'" in fault.message


def test_an_unused_window_of_no_elements_wastes_nothing() -> None:
    assert find_faults(parent_of(window(0, 0, twin="solver_again"))) == ()
