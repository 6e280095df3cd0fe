"""Emitted source text as a module, without a file."""

from __future__ import annotations

from types import ModuleType


def load_module(text: str, name: str) -> ModuleType:
    """Runs `text` as the body of a new module, which is not entered into `sys.modules`.

    For text that this package's emitters wrote: those put nothing into it but checked identifiers and numbers.
    """
    module = ModuleType(name)
    exec(compile(text, f"<{name}>", "exec"), module.__dict__)  # noqa: S102  (text of our own emitters)
    return module
