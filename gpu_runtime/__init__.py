"""From a layout to code and evidence: emitters, the compiler, the probe, the validation levels and the buffer registry.

    text = gpu_runtime.emit(layout, manifest)                       # allocators.py
    report = gpu_runtime.validate(manifest, layout, "simulated")
    validation = gpu_runtime.validate_up_to(manifest, layout, "best")

Names are imported when first used: `import gpu_runtime` loads neither numba nor numpy.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from warpack.gpu_runtime.checked import emit_checked as emit_checked
    from warpack.gpu_runtime.emitters import EmitError as EmitError
    from warpack.gpu_runtime.emitters import emit as emit
    from warpack.gpu_runtime.emitters import getter_names as getter_names
    from warpack.gpu_runtime.emitters import getters as getters
    from warpack.gpu_runtime.registry import BufferRegistry as BufferRegistry
    from warpack.gpu_runtime.validation import LEVELS as LEVELS
    from warpack.gpu_runtime.validation import validate as validate
    from warpack.gpu_runtime.validation import validate_up_to as validate_up_to

_HOMES = {
    "BufferRegistry": "warpack.gpu_runtime.registry",
    "EmitError": "warpack.gpu_runtime.emitters",
    "LEVELS": "warpack.gpu_runtime.validation",
    "emit": "warpack.gpu_runtime.emitters",
    "emit_checked": "warpack.gpu_runtime.checked",
    "getter_names": "warpack.gpu_runtime.emitters",
    "getters": "warpack.gpu_runtime.emitters",
    "validate": "warpack.gpu_runtime.validation",
    "validate_up_to": "warpack.gpu_runtime.validation",
}

__all__ = list(_HOMES)


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'gpu_runtime' has no attribute {name!r}")
    value = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value
