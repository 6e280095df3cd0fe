"""Kernels with checked allocators become machine code without a GPU or its driver."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.helpers.python_programs import output_of

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[3]


def test_kernels_with_checks_compile_to_machine_code_without_a_driver() -> None:
    printed = output_of(
        "-m", "tests.gpu_runtime.checked.compiling", simulator=False, paths=(ROOT, ROOT / "examples"), cwd=ROOT
    )
    found = json.loads(printed)
    assert set(found) == {"mixed", "parted"}
    assert all(one["cubin_bytes"] > 0 and one["registers"] > 0 for one in found.values())
