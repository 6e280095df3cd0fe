"""Runs Python programs in processes of their own: numba chooses between its simulator and the compiler once, when it is
imported."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from tests.helpers.processes import PATIENCE_S


def output_of(*arguments: str | Path, simulator: bool, paths: Sequence[Path] = (), cwd: Path | None = None) -> str:
    """What `python ARGUMENTS` prints; fails the test, with what it says of it, where it does not end well. `paths`:
    PYTHONPATH, where it is to be another."""
    changes = {"NUMBA_ENABLE_CUDASIM": str(int(simulator))}
    if paths:
        changes["PYTHONPATH"] = os.pathsep.join(map(str, paths))
    ran = subprocess.run(
        [sys.executable, *arguments],
        env=os.environ | changes,
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout
