"""What each launch was given and what it gave: every array that is handed to a kernel, bit for bit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from hashlib import sha256
from typing import Any

import numpy as np


class Outputs:
    """An observer of launches. `launches`: of each its kernel, a digest of what it was given, and of each array that it
    was given what it held afterwards."""

    def __init__(self) -> None:
        self.launches: list[dict[str, Any]] = []

    def before(self, kernel: str, arguments: Sequence[Any]) -> None:
        given = sha256()
        for name, data in _data(arguments):
            given.update(name.encode())
            given.update(data)
        self.launches.append({"kernel": kernel, "given": given.hexdigest(), "arrays": []})

    def after(self, kernel: str, arguments: Sequence[Any]) -> None:
        self.launches[-1]["arrays"] = [
            {"name": name, "bytes": len(data), "digest": sha256(data).hexdigest()}
            for name, data in _data(arguments)
            if name.startswith("argument")
        ]


def _data(arguments: Sequence[Any], name: str = "argument") -> Iterator[tuple[str, bytes]]:
    for number, argument in enumerate(arguments):
        if isinstance(argument, tuple | list):
            yield from _data(argument, f"{name} {number}, item")
            continue
        array = argument.copy_to_host() if hasattr(argument, "copy_to_host") else getattr(argument, "value", argument)
        if isinstance(array, np.ndarray):
            yield f"{name} {number} ({array.dtype}, {array.shape})", np.ascontiguousarray(array).tobytes()
        else:
            yield f"value {number}", repr(argument).encode()
