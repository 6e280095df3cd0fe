"""Kernels with checked allocators become machine code without a GPU or its driver."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.helpers.processes import PATIENCE_S

ROOT = Path(__file__).resolve().parents[3]


def test_kernels_with_checks_compile_to_machine_code_without_a_driver() -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "tests.gpu_runtime.checked.compiling"],
        env=os.environ
        | {"NUMBA_ENABLE_CUDASIM": "0", "PYTHONPATH": os.pathsep.join((str(ROOT), str(ROOT / "examples")))},
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
    )
    assert ran.returncode == 0, ran.stderr
    found = json.loads(ran.stdout)
    assert set(found) == {"example", "mixed", "parted"}
    assert all(one["cubin_bytes"] > 0 and one["registers"] > 0 for one in found.values())
