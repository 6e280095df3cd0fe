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
    from gpu_runtime.checked import emit_checked as emit_checked
    from gpu_runtime.emitters import EmitError as EmitError
    from gpu_runtime.emitters import emit as emit
    from gpu_runtime.emitters import getter_names as getter_names
    from gpu_runtime.emitters import getters as getters
    from gpu_runtime.registry import BufferRegistry as BufferRegistry
    from gpu_runtime.validation import LEVELS as LEVELS
    from gpu_runtime.validation import validate as validate
    from gpu_runtime.validation import validate_up_to as validate_up_to

_HOMES = {
    "BufferRegistry": "gpu_runtime.registry",
    "EmitError": "gpu_runtime.emitters",
    "LEVELS": "gpu_runtime.validation",
    "emit": "gpu_runtime.emitters",
    "emit_checked": "gpu_runtime.checked",
    "getter_names": "gpu_runtime.emitters",
    "getters": "gpu_runtime.emitters",
    "validate": "gpu_runtime.validation",
    "validate_up_to": "gpu_runtime.validation",
}

__all__ = list(_HOMES)


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'gpu_runtime' has no attribute {name!r}")
    value = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value
