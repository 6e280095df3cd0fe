"""The examples that come from CuBIE are what CuBIE registers today."""

from __future__ import annotations

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "examples" / "make_cubie_manifests.py"


@pytest.mark.skipif(find_spec("cubie") is None, reason="CuBIE is not installed: the extra `cubie` has it")
def test_the_committed_manifests_are_what_the_adapter_collects() -> None:
    ran = subprocess.run([sys.executable, SCRIPT, "--check"], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "3 manifests are up to date" in ran.stdout
