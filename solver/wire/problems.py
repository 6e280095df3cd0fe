"""Errors and warnings about a manifest, each with a stable type, a JSON pointer and the names involved.

ManifestError          every problem of one manifest, in one exception
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a file something was written. Lines and columns count from 1; without a column the whole line is meant,
    and without a line the whole file."""

    file: str
    line: int | None = None
    column: int | None = None

    def __str__(self) -> str:
        """As compilers write it, so that editors and terminals jump there."""
        return ":".join(str(part) for part in (self.file, self.line, self.column) if part is not None)


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with a manifest (or, as a warning, worth knowing about it).

    `type` is a stable slug (`duplicate-name`), `pointer` an RFC 6901 JSON pointer into the manifest as it was posted
    (`/buffers/3/size`), `message` one sentence that says what is wrong and what would be right, `names` the full
    names of the buffers, parts, components or phases involved.
    """

    type: str
    pointer: str
    message: str
    names: tuple[str, ...] = ()
    place: Place | None = field(default=None, compare=False)
    """Where it was written, if it came from a file or from a program that built it. It is no part of the JSON, which
    tells of the document alone."""

    def to_json(self) -> dict[str, Any]:
        return {"type": self.type, "pointer": self.pointer, "message": self.message, "names": list(self.names)}

    def __str__(self) -> str:
        """Place and pointer, as far as there are any: what is wrong with a whole document has the pointer ""."""
        where = "".join(f"{part}: " for part in (self.place, self.pointer) if part)
        return f"{where}{self.message} [{self.type}]"


class ManifestError(ValueError):
    """The manifest breaks at least one rule; `problems` holds all of them, in document order where that is known."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        self.problems = problems
        super().__init__("\n".join(str(problem) for problem in problems))
