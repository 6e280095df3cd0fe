"""The one release of CuBIE whose private registry is known, and access to it."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version
from typing import Any

from warpack.gpu_runtime.adapters.cubie.errors import UnsupportedCubieError

RELEASE = "0.17.0"


def buffer_registry() -> Any:
    """CuBIE's registry object.

    Its registrations are private, and the public sizes do not tell the buffers apart: another release may mean
    something else by the same names, so it is refused. Raises `UnsupportedCubieError`.
    """
    try:
        installed = version("cubie")
    except PackageNotFoundError:
        raise UnsupportedCubieError(
            f"CuBIE is not installed; the adapter needs release {RELEASE} (the extra `cubie`)"
        ) from None
    if installed != RELEASE:
        raise UnsupportedCubieError(
            f"CuBIE {installed} is installed; the adapter reads the private buffer registry of {RELEASE} and no other"
        )
    from cubie.buffer_registry import BufferRegistry
    from cubie.buffer_registry import buffer_registry as registry

    if not hasattr(registry, "_groups") or not callable(getattr(BufferRegistry, "get_allocator", None)):
        raise UnsupportedCubieError(f"CuBIE {RELEASE}'s buffer registry has neither `_groups` nor `get_allocator`")
    return registry
