"""Warpack's optimiser: a manifest in, a layout with its proof out. Pure: no web, no database, no GPU package.

    manifest = solver.load_manifest("manifest.json")
    layout = solver.optimize(manifest)
    report = solver.verify(manifest, layout)

Names are imported when first used, so that `import solver` costs next to nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from warpack.solver.reading import load_manifest as load_manifest
    from warpack.solver.reading.layout_reader import LayoutFormatError as LayoutFormatError
    from warpack.solver.reading.layout_reader import read_layout as read_layout
    from warpack.solver.recipe import optimize as optimize
    from warpack.solver.verifier import verify as verify
    from warpack.solver.wire.layout import Layout as Layout
    from warpack.solver.wire.manifest import Manifest as Manifest
    from warpack.solver.wire.problems import ManifestError as ManifestError

_HOMES = {
    "Layout": "warpack.solver.wire.layout",
    "LayoutFormatError": "warpack.solver.reading.layout_reader",
    "Manifest": "warpack.solver.wire.manifest",
    "ManifestError": "warpack.solver.wire.problems",
    "load_manifest": "warpack.solver.reading",
    "optimize": "warpack.solver.recipe",
    "read_layout": "warpack.solver.reading.layout_reader",
    "verify": "warpack.solver.verifier",
}

__all__ = list(_HOMES)


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'solver' has no attribute {name!r}")
    value = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value
