"""The API's process never loads CUDA packages nor the solver's engine."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

_LOOK = """
import sys
import warpack.service.server, warpack.service.worker, warpack.service.client
heavy = {"numba", "numba_cuda", "cuda", "ortools", "gpu_runtime"}
print(sorted(heavy & {name.partition(".")[0] for name in sys.modules}))
"""


def test_the_services_process_imports_neither_cuda_packages_nor_the_solvers_engine() -> None:
    root = Path(__file__).parents[2]
    found = subprocess.run([sys.executable, "-c", _LOOK], cwd=root, capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
