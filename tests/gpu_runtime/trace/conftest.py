from __future__ import annotations

import pytest

from tests.gpu_runtime.trace.recorded import KERNELS, NAMES, record
from warpack.gpu_runtime.trace.summary.model import Summary

Recorded = dict[str, dict[str, Summary]]
ORDERS = ("forward", "reversed", "shuffled")


@pytest.fixture(scope="session")
def recorded() -> Recorded:
    """The kernels of `kernels/`, by script."""
    found = record([(KERNELS / f"{name}.py", "forward") for name in NAMES])
    return dict(zip(NAMES, found, strict=True))
