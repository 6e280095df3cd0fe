"""The architectures that layouts are compiled for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from warpack.solver.devices import DEVICES, device

ALL_ARCHITECTURES: tuple[str, ...] = tuple(name for name in DEVICES if device(name).nvcc13)
"""What the pinned toolchain compiles for, oldest first: all that a manifest may name except Volta, which CUDA 13
dropped."""

Architectures = Literal["own", "all"] | Sequence[str]
"""`own`: the manifest's alone; `all`: ALL_ARCHITECTURES; or a list of compute capabilities."""


def chosen(architectures: Architectures, own: str) -> tuple[str, ...]:
    """The compute capabilities to compile for. Raises ValueError for one that no device has."""
    if architectures == "own":
        return (own,)
    names = ALL_ARCHITECTURES if architectures == "all" else tuple(dict.fromkeys(architectures))
    unknown = [name for name in names if name not in DEVICES]
    if unknown or not names:
        raise ValueError(
            f"no architecture {', '.join(unknown) or 'at all'}: there are {', '.join(DEVICES)}, or own, or all"
        )
    return names
