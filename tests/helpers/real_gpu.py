"""The GPU of this machine, for tests that need one: skipped, saying why, where there is none."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import pytest

from warpack.gpu_runtime.hardware.device_query import query_real_device
from warpack.gpu_runtime.hardware.errors import HardwareError


@cache
def _found() -> Mapping[str, Any] | str:
    try:
        return query_real_device(0)
    except HardwareError as error:
        return str(error).partition("\n")[0]


def real_gpu() -> Mapping[str, Any]:
    """Device 0 as a report describes it."""
    found = _found()
    if isinstance(found, str):
        pytest.skip(f"no GPU here: {found}")
    return found
