"""From a layout to code and evidence: emitters, the compiler, the probe, the validation levels and the buffer registry.

Its front door is `emit`, `validate`, `validate_up_to`, `BufferRegistry` and the names beside them. Importing the room
loads neither numba nor numpy.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from warpack.solver.lazy import lazily

if TYPE_CHECKING:
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

_HOMES = {
    "BufferRegistry": "warpack.gpu_runtime.registry",
    "EmitError": "warpack.gpu_runtime.emitters",
    "LEVELS": "warpack.gpu_runtime.validation",
    "emit": "warpack.gpu_runtime.emitters",
    "emit_checked": "warpack.gpu_runtime.checked",
    "emit_files": "warpack.gpu_runtime.emitters",
    "getter_names": "warpack.gpu_runtime.emitters",
    "getters": "warpack.gpu_runtime.emitters",
    "validate": "warpack.gpu_runtime.validation",
    "validate_up_to": "warpack.gpu_runtime.validation",
}

__all__ = list(_HOMES)

__getattr__ = lazily(__name__, _HOMES)
