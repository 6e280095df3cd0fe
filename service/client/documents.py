"""What calls take for a manifest or a layout, as the JSON that is sent."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from warpack.solver.wire.layout import Layout
    from warpack.solver.wire.manifest import Manifest

Document: TypeAlias = "Manifest | Layout | Mapping[str, Any] | str | bytes | Path"
"""An object of Warpack's, JSON values, JSON text, or the path of a file."""

_ENDINGS = (".json", ".yaml", ".yml", ".toml")
_LONGEST_NAME = 4096
"""No path is longer on Linux."""


def as_bytes(document: Document) -> bytes:
    """A document as JSON in UTF-8. Text is taken as it is: the service says what is wrong with it."""
    if isinstance(document, str):
        _refuse_name(document)
        return document.encode()
    if isinstance(document, bytes | bytearray):
        return bytes(document)
    if isinstance(document, Path) and document.suffix.lower() not in _ENDINGS[1:]:
        return document.read_bytes()
    return json.dumps(as_values(document), ensure_ascii=False).encode()


def as_values(document: Document) -> Any:
    """A document as JSON values. Raises ValueError for a text that is not JSON."""
    if isinstance(document, Mapping):
        return dict(document)
    if isinstance(document, str | bytes | bytearray):
        return _parsed(as_bytes(document))
    if isinstance(document, Path):
        if document.suffix.lower() not in _ENDINGS[1:]:
            return _parsed(document.read_bytes())
        from warpack.solver import load_manifest

        return load_manifest(document).model_dump()
    from warpack.solver import Layout, Manifest

    if isinstance(document, Manifest | Layout):
        return document.model_dump()
    raise TypeError(
        "a warpack.Manifest, a warpack.Layout, a dictionary, JSON text or a pathlib.Path is wanted here, "
        f"not {'None' if document is None else type(document).__name__}"
    )


def _parsed(text: bytes) -> Any:
    try:
        return json.loads(text)
    except ValueError as error:
        raise ValueError(f"this document is not JSON: {error}") from None


def _refuse_name(text: str) -> None:
    """A text that names a file is no document."""
    if len(text) > _LONGEST_NAME or "\n" in text or text.lstrip().startswith(("{", "[")):
        return
    if text.lower().endswith(_ENDINGS) or os.path.isfile(text):
        raise TypeError(f"this is a path: use pathlib.Path({text!r}) or warpack.load_manifest({text!r})")
