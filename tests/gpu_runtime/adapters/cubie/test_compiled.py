"""CuBIE's kernel with the adapter's allocators compiles to machine code by CuBIE's own compiler; no GPU is needed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib.util import find_spec
from typing import Any

import pytest

from warpack.gpu_runtime.adapters.cubie.proof import simulator_environment

MISSING = [name for name in ("cubie", "elftools", "nvidia") if find_spec(name) is None]
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(bool(MISSING), reason=f"not installed: {', '.join(MISSING)} (the extras cubie and gpu)"),
]


@pytest.fixture(scope="module")
def kernels(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("cubie-compiled")
    ran = subprocess.run(
        [sys.executable, "-m", "tests.helpers.cubie_compiled"],
        cwd=folder,
        env=os.environ | simulator_environment(str(folder)) | {"NUMBA_ENABLE_CUDASIM": "0"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    found: dict[str, Any] = json.loads(ran.stdout.splitlines()[-1])
    return found


def test_the_kernel_with_the_layout_is_machine_code_for_the_architecture(kernels: dict[str, Any]) -> None:
    assert kernels["own"]["architecture"] == kernels["packed"]["architecture"] == "8.6"
    assert kernels["packed"]["registers"] > 0
    assert kernels["packed"]["static_shared_bytes"] == 0
    assert kernels["packed"]["sha256"] != kernels["own"]["sha256"]


def test_both_of_the_adapters_own_functions_are_in_that_kernel(kernels: dict[str, Any]) -> None:
    assert kernels["between"] > 0
    assert kernels["zero"]
