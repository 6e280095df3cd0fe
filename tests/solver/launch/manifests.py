"""Small manifests for the launch tests, built without the reader."""

from __future__ import annotations

from typing import Any

from warpack.solver.wire.dtypes import DTYPES
from warpack.solver.wire.manifest import Buffer, Launch, Manifest, Target


def buffer(name: str, size: int, dtype: str = "float32", **fields: Any) -> Buffer:
    kind = DTYPES[dtype]
    return Buffer(name=name, size=size, dtype=kind, **{"alignment_bytes": kind.alignment_bytes, **fields})


def manifest(
    *buffers: Buffer, target: dict[str, Any] | None = None, launch: dict[str, Any] | None = None, **fields: Any
) -> Manifest:
    return Manifest(
        target=Target(**{"compute_capability": "8.6", **(target or {})}),
        launch=Launch(**(launch or {})),
        buffers=buffers,
        **fields,
    )
