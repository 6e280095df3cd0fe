"""Places in the source, call paths and work arrays, named alike by whoever finds them: by running or by reading.

Source positions and not bytecode offsets: those differ between versions of Python.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, order=True, slots=True)
class Position:
    """A place in the source: 1-based line, 0-based column of the expression's start (the call of `shared.array`, the
    subscript, the call of a device function)."""

    file: str
    line: int
    column: int


Path = tuple[Position, ...]
"""Call path: the positions of the calls of device functions, outermost first, then the position of the statement or
expression itself."""


@dataclass(frozen=True, slots=True)
class ArraySite:
    """One work array.

    `path` is where it is made (a device function called twice makes two), `name` the variable it is bound to (unique
    names are made of the path where two coincide), `space` 'shared', 'local' or 'dynamic', `dtype` numpy's name of its
    elements, `shape` of compile-time integers, (0,) for dynamic shared memory.
    """

    path: Path
    name: str
    space: str
    dtype: str
    shape: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class TwoNames:
    """Bytes that were written under one name, and read under another, so that the two were taken as one buffer."""

    written: str
    written_at: Path
    read: str
    read_at: Path
