"""Warpack packs GPU buffers so that more warps fit.

    import warpack

    manifest = warpack.load_manifest("manifest.json")       # an object, text or a path
    layout = warpack.optimize(manifest)                     # where every byte lives, and how good that is
    report = warpack.verify(manifest, layout)               # by rules of its own: shares no code with the optimiser
    text = warpack.emit(layout, manifest)                   # allocators.py; "cuda-c++" as third argument: allocators.cuh
    report = warpack.validate(manifest, layout, "compiled") # needs the extra `gpu`, but no GPU

Rooms: `warpack.solver` (a manifest in, a layout out), `warpack.gpu_runtime` (a layout in, code and evidence out) and
`warpack.service` (the API, the web page, the command line, the client). Names are imported when first used: `import warpack`
costs next to nothing, and what needs a package that is not installed says which extra brings it.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from warpack import gpu_runtime as gpu_runtime
    from warpack import service as service
    from warpack import solver as solver
    from warpack.calls import optimize as optimize
    from warpack.extras import MissingExtraError as MissingExtraError
    from warpack.gpu_runtime.checked import emit_checked as emit_checked
    from warpack.gpu_runtime.emitters import EmitError as EmitError
    from warpack.gpu_runtime.emitters import emit as emit
    from warpack.gpu_runtime.emitters import emit_files as emit_files
    from warpack.gpu_runtime.emitters import getter_names as getter_names
    from warpack.gpu_runtime.emitters import getters as getters
    from warpack.gpu_runtime.registry import BufferRegistry as BufferRegistry
    from warpack.gpu_runtime.validation import LEVELS as LEVELS
    from warpack.gpu_runtime.validation import validate as validate
    from warpack.gpu_runtime.validation import validate_up_to as validate_up_to
    from warpack.service.client import Client as Client
    from warpack.solver.reading import load_manifest as load_manifest
    from warpack.solver.reading.layout_reader import LayoutFormatError as LayoutFormatError
    from warpack.solver.reading.layout_reader import read_layout as read_layout
    from warpack.solver.verifier import verify as verify
    from warpack.solver.wire.layout import Layout as Layout
    from warpack.solver.wire.manifest import Manifest as Manifest
    from warpack.solver.wire.problems import ManifestError as ManifestError
    from warpack.solver.wire.report import StaticReport as StaticReport

_HOMES = {
    "BufferRegistry": "warpack.gpu_runtime.registry",
    "Client": "warpack.service.client",
    "EmitError": "warpack.gpu_runtime.emitters",
    "LEVELS": "warpack.gpu_runtime.validation",
    "Layout": "warpack.solver.wire.layout",
    "LayoutFormatError": "warpack.solver.reading.layout_reader",
    "Manifest": "warpack.solver.wire.manifest",
    "MissingExtraError": "warpack.extras",
    "ManifestError": "warpack.solver.wire.problems",
    "StaticReport": "warpack.solver.wire.report",
    "emit": "warpack.gpu_runtime.emitters",
    "emit_checked": "warpack.gpu_runtime.checked",
    "emit_files": "warpack.gpu_runtime.emitters",
    "getter_names": "warpack.gpu_runtime.emitters",
    "getters": "warpack.gpu_runtime.emitters",
    "load_manifest": "warpack.solver.reading",
    "optimize": "warpack.calls",
    "read_layout": "warpack.solver.reading.layout_reader",
    "validate": "warpack.gpu_runtime.validation",
    "validate_up_to": "warpack.gpu_runtime.validation",
    "verify": "warpack.solver.verifier",
}
_SHOWN = frozenset({"Layout", "Manifest", "load_manifest", "optimize", "read_layout"})
"""What hands out values that notebooks show."""

_ROOMS = ("gpu_runtime", "service", "solver")

__all__ = [*_HOMES, *_ROOMS]


def __getattr__(name: str) -> Any:
    if name in _ROOMS:
        return import_module(f"warpack.{name}")
    if name not in _HOMES:
        raise AttributeError(f"module 'warpack' has no attribute {name!r}: it has {', '.join(sorted(__all__))}")
    try:
        value = getattr(import_module(_HOMES[name]), name)
    except ModuleNotFoundError as error:
        from warpack.extras import explained

        raise (explained(f"warpack.{name}", error) or error) from None
    if name in _SHOWN:
        from warpack.notebook import install

        install()
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
