"""Emitted source text as a module, without a file."""

from __future__ import annotations

from types import ModuleType


def load_module(text: str, name: str) -> ModuleType:
    """Runs `text` as the body of a new module, which is not entered into `sys.modules`.

    Only for text that this package's emitters wrote: they put nothing but checked identifiers and numbers into it.
    """
    module = ModuleType(name)
    exec(compile(text, f"<{name}>", "exec"), module.__dict__)  # noqa: S102  (text of our own emitters)
    return module
