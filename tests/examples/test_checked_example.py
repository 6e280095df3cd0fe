"""The example of checked allocators: silent for the right lifetimes, and plain about the wrong one."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.helpers.processes import PATIENCE_S

PROGRAM = Path(__file__).resolve().parents[2] / "examples" / "checked" / "lifetimes.py"


def test_the_shortened_lifetime_is_found_and_the_right_ones_pass() -> None:
    ran = subprocess.run(
        [sys.executable, PROGRAM],
        env=os.environ | {"NUMBA_ENABLE_CUDASIM": "1"},
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
    )
    assert ran.returncode == 0, ran.stderr
    right, _, wrong = ran.stdout.splitlines()
    assert right == "the lifetimes as the kernel keeps them: []"
    assert wrong.strip().startswith(
        "step/stage was read in phase slope1, after its lifetime had ended (live in stage): "
    )
