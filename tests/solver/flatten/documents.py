"""Small manifests for the tests of this room."""

from __future__ import annotations

from typing import Any

from warpack.solver.flatten import FlatManifest, flatten
from warpack.solver.flatten.problem import Piece, RegionProblem
from warpack.solver.reading import load_manifest

Document = dict[str, Any]


def document(*buffers: Document, length: int = 8, loops: Any = (), barriers: Any = (), **fields: Any) -> Document:
    """Buffers of four float32 each, unless they say otherwise, over a timeline of `length` phases."""
    timeline = {"length": length, "loops": list(loops), "barriers": barriers if barriers == "every" else list(barriers)}
    rows = [{"size": 4, "dtype": "float32"} | buffer for buffer in buffers]
    head = {"schema": "warpack/manifest/1", "target": {"compute_capability": "8.6"}}
    return head | {"timeline": timeline, "buffers": rows} | fields


def flat(*buffers: Document, on_chip: frozenset[str] = frozenset(), **fields: Any) -> FlatManifest:
    return flatten(load_manifest(document(*buffers, **fields)), on_chip)


def live(name: str, *intervals: Any, **fields: Any) -> Document:
    return {"name": name, "lifetime": [list(interval) for interval in intervals]} | fields


def before(*phases: int, scope: str = "block") -> list[Document]:
    return [{"before": phase, "scope": scope} for phase in phases]


def piece(problem: RegionProblem, name: str) -> Piece:
    return next(one for item in problem.items for one in item.pieces if one.name == name)


def said(manifest: FlatManifest, kind: str) -> list[tuple[str, ...]]:
    """The names in the warnings of one kind."""
    return [warning.names for warning in manifest.warnings if warning.type == kind]
