"""The example of checked allocators: silent for the right lifetimes, and plain about the wrong one."""

from __future__ import annotations

from pathlib import Path

from tests.helpers.python_programs import output_of

PROGRAM = Path(__file__).resolve().parents[2] / "examples" / "checked" / "lifetimes.py"


def test_the_shortened_lifetime_is_found_and_the_right_ones_pass() -> None:
    right, _, wrong = output_of(PROGRAM, simulator=True).splitlines()
    assert right == "the lifetimes as the kernel keeps them: []"
    assert wrong.strip().startswith(
        "step/stage was read in phase slope1, after its lifetime had ended (live in stage): "
    )
