"""Documents as TOML, in the forms that people write: tables, lists of tables, and objects on one line."""

from __future__ import annotations

import json
from typing import Any


def toml_of(document: dict[str, Any]) -> str:
    """Raises ValueError for null, which TOML does not have."""
    plain = [f"{_key(key)} = {_inline(value)}" for key, value in document.items() if not _tables(value)]
    lines = ["# made by a test", *plain]
    for key, value in document.items():
        if _tables(value):
            for table in [value] if isinstance(value, dict) else value:
                head = f"[{_key(key)}]" if isinstance(value, dict) else f"[[{_key(key)}]]"
                lines += ["", head, *(f"{_key(inner)} = {_inline(each)}  # {inner!a}" for inner, each in table.items())]
    return "\n".join(lines) + "\n"


def _tables(value: Any) -> bool:
    return isinstance(value, dict) or (
        isinstance(value, list) and bool(value) and all(isinstance(one, dict) for one in value)
    )


def _key(key: str) -> str:
    return key if key.isidentifier() and key.isascii() else _text(key)


def _text(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _inline(value: Any) -> str:
    if value is None:
        raise ValueError("TOML has no null")
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_key(key)} = {_inline(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + "".join(f"\n  {_inline(inner)}, # an item" for inner in value) + "\n]"
    return _text(value) if isinstance(value, str) else json.dumps(value)
