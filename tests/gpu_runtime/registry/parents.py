"""Something that buffers can be registered for."""

from __future__ import annotations

from typing import Any


class Parent:
    def __init__(self, precision: Any = "float32") -> None:
        self.precision = precision
