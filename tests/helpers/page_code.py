"""The page's own JavaScript, run by node beside the Python that it must agree with."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "service" / "page" / "js"

needs_node = pytest.mark.skipif(shutil.which("node") is None, reason="there is no node to run JavaScript")


def answered(script: str, cases: Sequence[Any]) -> list[Any]:
    """What a script of tests/service/page answers to each case. It is told where the page's modules are."""
    path = ROOT / "tests" / "service" / "page" / script
    ran = subprocess.run(["node", path, PAGE], input=json.dumps(cases), capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    found: list[Any] = json.loads(ran.stdout)
    return found
