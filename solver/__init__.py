"""Warpack's optimiser: a manifest in, a layout with its proof out. Pure: no web, no database, no GPU package.

Its front door is `load_manifest`, `Kernel` (a manifest from calls), `optimize`, `verify` and `read_layout`, with the
types that they take and give.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from warpack.solver.lazy import lazily

if TYPE_CHECKING:
    from warpack.solver.builder import Kernel as Kernel
    from warpack.solver.reading import load_manifest as load_manifest
    from warpack.solver.reading.layout_reader import LayoutFormatError as LayoutFormatError
    from warpack.solver.reading.layout_reader import read_layout as read_layout
    from warpack.solver.recipe import optimize as optimize
    from warpack.solver.search.core.options import SearchOptions as SearchOptions
    from warpack.solver.verifier import verify as verify
    from warpack.solver.wire.layout import Layout as Layout
    from warpack.solver.wire.manifest import Manifest as Manifest
    from warpack.solver.wire.problems import ManifestError as ManifestError
    from warpack.solver.wire.report import StaticReport as StaticReport

_HOMES = {
    "Kernel": "warpack.solver.builder",
    "Layout": "warpack.solver.wire.layout",
    "LayoutFormatError": "warpack.solver.reading.layout_reader",
    "Manifest": "warpack.solver.wire.manifest",
    "ManifestError": "warpack.solver.wire.problems",
    "SearchOptions": "warpack.solver.search.core.options",
    "StaticReport": "warpack.solver.wire.report",
    "load_manifest": "warpack.solver.reading",
    "optimize": "warpack.solver.recipe",
    "read_layout": "warpack.solver.reading.layout_reader",
    "verify": "warpack.solver.verifier",
}

__all__ = list(_HOMES)

__getattr__ = lazily(__name__, _HOMES)
