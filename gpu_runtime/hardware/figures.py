"""What the loaded kernel needs, as the driver measures it, compared with the prediction."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from warpack.gpu_runtime.hardware.driver import attribute, call

_ATTRIBUTES = {
    "registers": "NUM_REGS",
    "static_shared_bytes": "SHARED_SIZE_BYTES",
    "local_bytes": "LOCAL_SIZE_BYTES",
    "max_threads": "MAX_THREADS_PER_BLOCK",
    "max_dynamic_shared_bytes": "MAX_DYNAMIC_SHARED_SIZE_BYTES",
    "binary_version": "BINARY_VERSION",
}
_PREDICTED_AS = {"local_bytes": "stack_bytes"}


def measure(function: Any, threads: int, dynamic_bytes: int) -> dict[str, int]:
    """The figures of one kernel, and the blocks of a multiprocessor, for blocks of that many threads and dynamic
    bytes."""
    measured = {name: function_attribute(function, ending) for name, ending in _ATTRIBUTES.items()}
    blocks = call("cuOccupancyMaxActiveBlocksPerMultiprocessor", function, threads, dynamic_bytes)
    return measured | {"blocks_per_sm": int(blocks)}


def function_attribute(function: Any, ending: str) -> int:
    """The driver takes the attribute first here; where an attribute is set, it takes the function first."""
    return int(call("cuFuncGetAttribute", attribute("CUfunction_attribute", f"CU_FUNC_ATTRIBUTE_{ending}"), function))


def set_function_attribute(function: Any, ending: str, value: int) -> None:
    call("cuFuncSetAttribute", function, attribute("CUfunction_attribute", f"CU_FUNC_ATTRIBUTE_{ending}"), value)


def differences(
    predicted: Mapping[str, int | None], measured: Mapping[str, int], reserved_bytes: int
) -> list[dict[str, Any]]:
    """Each figure whose measured value differs from the prediction. Static shared memory may be measured with or
    without the bytes that the driver reserves in every block; the maximum of threads only where the code has one."""
    found = []
    for name in ("registers", "static_shared_bytes", "local_bytes", "max_threads", "blocks_per_sm"):
        wanted, got = predicted.get(_PREDICTED_AS.get(name, name)), measured[name]
        right = {wanted, wanted + reserved_bytes} if name == "static_shared_bytes" and wanted is not None else {wanted}
        if wanted is not None and got not in right:
            found.append({"figure": name, "predicted": wanted, "measured": got})
    return found
