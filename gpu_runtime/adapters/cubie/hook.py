"""Who answers when CuBIE's components ask their registry for an allocator.

Every component asks `BufferRegistry.get_allocator` while it is built, child windows included. While at least one layout
is installed, that method asks the installations first.
"""

from __future__ import annotations

from threading import RLock
from typing import Any, Protocol

from warpack.gpu_runtime.adapters.cubie.allocators import Allocator


class Answers(Protocol):
    def allocator_for(self, name: str, parent: Any, zero: bool) -> Allocator | None:
        """The allocator of a registered name, or None where this installation does not know the parent."""


_lock = RLock()
_installed: list[Answers] = []
_original: Any = None


def hook(answers: Answers) -> None:
    """Ask `answers` from now on; the first one puts the hook in place."""
    global _original
    from cubie.buffer_registry import BufferRegistry

    with _lock:
        if not _installed:
            _original = BufferRegistry.get_allocator
            BufferRegistry.get_allocator = _get_allocator
        _installed.append(answers)


def unhook(answers: Answers) -> None:
    """Stop asking `answers`; with the last one, CuBIE's own method is restored."""
    from cubie.buffer_registry import BufferRegistry

    with _lock:
        if answers not in _installed:
            return
        _installed.remove(answers)
        if not _installed:
            BufferRegistry.get_allocator = _original


def _get_allocator(registry: Any, name: str, parent: Any, zero: bool = False) -> Any:
    for answers in tuple(_installed):
        allocator = answers.allocator_for(name, parent, zero)
        if allocator is not None:
            return allocator
    return _original(registry, name, parent, zero)
