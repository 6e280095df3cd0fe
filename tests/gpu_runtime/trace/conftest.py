from __future__ import annotations

import pytest

from tests.gpu_runtime.trace.recorded import KERNELS, NAMES, record
from warpack.gpu_runtime.trace.summary.model import Summary

Recorded = dict[tuple[str, str], dict[str, Summary]]
ORDERS = ("forward", "reversed", "shuffled")


@pytest.fixture(scope="session")
def recorded() -> Recorded:
    """The kernels of `kernels/`, by script and order of threads."""
    wanted = [(name, order) for name in NAMES for order in ORDERS]
    found = record([(KERNELS / f"{name}.py", order) for name, order in wanted])
    return dict(zip(wanted, found, strict=True))
