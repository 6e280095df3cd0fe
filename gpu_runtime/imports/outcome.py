"""What an import gives: a manifest and what has to be known about it, or everything that is wrong with the source."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Imported:
    """`manifest`: JSON values that `warpack.load_manifest` reads. `notes`: sentences about what was decided or left
    out, and what the source could not say."""

    manifest: dict[str, Any]
    notes: tuple[str, ...] = ()


class ImportFailed(ValueError):
    """The source cannot be imported. `faults`: sentences, each with its place."""

    def __init__(self, *faults: str) -> None:
        self.faults = faults
        super().__init__("\n".join(faults))
