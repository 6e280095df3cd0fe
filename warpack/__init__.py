"""Warpack packs GPU buffers so that more warps fit.

    import warpack

    manifest = warpack.load_manifest("manifest.json")       # an object, text or a path; `Kernel` builds one by calls
    layout = warpack.optimize(manifest)                     # where every byte lives, and how good that is
    report = warpack.verify(manifest, layout)               # by rules of its own: shares no code with the optimiser
    text = warpack.emit(layout, manifest)                   # allocators.py; with "cuda-c++" behind: allocators.cuh
    picture = warpack.draw(manifest, layout, "map")         # SVG; "block", "occupancy", "compare", "card" and more
    report = warpack.validate(manifest, layout, "compiled") # needs the extra `gpu`, but no GPU

Rooms: `warpack.solver` (a manifest in, a layout out), `warpack.gpu_runtime` (a layout in, code and evidence out) and
`warpack.service` (the API, the web page, the command line, the client). Names are imported when first used:
`import warpack` costs next to nothing, and what needs a package that is not installed says which extra brings it.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from warpack.solver.lazy import lazily

if TYPE_CHECKING:
    from warpack import gpu_runtime as gpu_runtime
    from warpack import service as service
    from warpack import solver as solver
    from warpack.calls import optimize as optimize
    from warpack.extras import MissingExtraError as MissingExtraError
    from warpack.gpu_runtime import LEVELS as LEVELS
    from warpack.gpu_runtime import BufferRegistry as BufferRegistry
    from warpack.gpu_runtime import EmitError as EmitError
    from warpack.gpu_runtime import emit as emit
    from warpack.gpu_runtime import emit_checked as emit_checked
    from warpack.gpu_runtime import emit_files as emit_files
    from warpack.gpu_runtime import getter_names as getter_names
    from warpack.gpu_runtime import getters as getters
    from warpack.gpu_runtime import validate_up_to as validate_up_to
    from warpack.judging import validate as validate
    from warpack.judging import verify as verify
    from warpack.service.client import ApiProblem as ApiProblem
    from warpack.service.client import AsyncClient as AsyncClient
    from warpack.service.client import Client as Client
    from warpack.service.render.draw.views import draw as draw
    from warpack.solver import Kernel as Kernel
    from warpack.solver import Layout as Layout
    from warpack.solver import LayoutFormatError as LayoutFormatError
    from warpack.solver import Manifest as Manifest
    from warpack.solver import ManifestError as ManifestError
    from warpack.solver import SearchOptions as SearchOptions
    from warpack.solver import StaticReport as StaticReport
    from warpack.solver import load_manifest as load_manifest
    from warpack.solver import read_layout as read_layout

_ROOMS = ("gpu_runtime", "service", "solver")
_SHOWN = frozenset({"Kernel", "Layout", "Manifest", "load_manifest", "optimize", "read_layout"})
"""What hands out values that notebooks show."""

_HOMES = {
    "BufferRegistry": "warpack.gpu_runtime",
    "ApiProblem": "warpack.service.client",
    "AsyncClient": "warpack.service.client",
    "Client": "warpack.service.client",
    "EmitError": "warpack.gpu_runtime",
    "Kernel": "warpack.solver",
    "LEVELS": "warpack.gpu_runtime",
    "Layout": "warpack.solver",
    "LayoutFormatError": "warpack.solver",
    "Manifest": "warpack.solver",
    "ManifestError": "warpack.solver",
    "MissingExtraError": "warpack.extras",
    "SearchOptions": "warpack.solver",
    "StaticReport": "warpack.solver",
    "draw": "warpack.service.render.draw.views",
    "emit": "warpack.gpu_runtime",
    "emit_checked": "warpack.gpu_runtime",
    "emit_files": "warpack.gpu_runtime",
    "getter_names": "warpack.gpu_runtime",
    "getters": "warpack.gpu_runtime",
    "load_manifest": "warpack.solver",
    "optimize": "warpack.calls",
    "read_layout": "warpack.solver",
    "validate": "warpack.judging",
    "validate_up_to": "warpack.gpu_runtime",
    "verify": "warpack.judging",
}
"""The front doors of the rooms say which module has a name; here is what a user calls."""

__all__ = [*_HOMES, *_ROOMS]

_find = lazily(__name__, _HOMES)


def __getattr__(name: str) -> Any:
    if name in _ROOMS:
        return import_module(f"warpack.{name}")
    try:
        value = _find(name)
    except ModuleNotFoundError as error:
        from warpack.extras import explained

        raise (explained(f"warpack.{name}", error) or error) from None
    if name in _SHOWN:
        from warpack.notebook import install

        install()
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
