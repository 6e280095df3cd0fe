"""Every planted fault, and right layouts that no level may complain about."""

from __future__ import annotations

from tests.gpu_runtime.faults.code_faults import CODE_FAULTS
from tests.gpu_runtime.faults.header_faults import HEADER_FAULTS
from tests.gpu_runtime.faults.layout_faults import LAYOUT_FAULTS
from tests.gpu_runtime.faults.planted import Fault, Planted
from tests.gpu_runtime.faults.subjects import solved

FAULTS = LAYOUT_FAULTS + CODE_FAULTS + HEADER_FAULTS


def _right(name: str) -> Fault:
    return Fault(
        f"the subject {name!r} without a fault", "none", lambda: Planted(*solved(name)), compiled=name == "team"
    )


RIGHT = tuple(_right(name) for name in ("plain", "block", "local", "unused", "team"))
