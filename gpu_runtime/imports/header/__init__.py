"""A C++ struct of shared storage as a manifest, by the record layout of the compiler itself.

compiling  the header, compiled with debug information
records    types and members as the debug information has them
elements   what an array holds, as an element type
members    the struct taken apart: buffers, and the unions in which alternatives take turns
manifest   buffers and phases, with the struct's own layout as the baseline
"""

from __future__ import annotations

from warpack.gpu_runtime.imports.header.manifest import import_header

__all__ = ["import_header"]
