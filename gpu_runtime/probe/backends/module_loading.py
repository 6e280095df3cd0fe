"""Emitted text and generated kernel as modules of a child process."""

from __future__ import annotations

import sys
from types import ModuleType

from warpack.gpu_runtime.compiler import load_module
from warpack.gpu_runtime.probe.kernel.abi import ALLOCATORS


def load_both(allocators: str, kernel: str) -> tuple[ModuleType, ModuleType]:
    """The allocators, entered where the kernel's text imports them from, and the kernel's module."""
    module = load_module(allocators, ALLOCATORS)
    sys.modules[ALLOCATORS] = module
    return module, load_module(kernel, "warpack_probe")
