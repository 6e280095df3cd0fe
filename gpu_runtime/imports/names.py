"""Names that a manifest allows, from whatever a source calls its buffers."""

from __future__ import annotations

import re

from warpack.solver.wire.names import RESERVED

_LONGEST = 100
"""Shorter than the most that a manifest allows: a number may follow."""
_OTHER = re.compile(r"[^0-9A-Za-z_]+")


class Names:
    """Gives each source name one identifier; different names get different ones."""

    def __init__(self, prefix: str = "b") -> None:
        self._prefix = prefix
        self._given: dict[str, str] = {}
        self._taken: set[str] = set()

    def of(self, source: str) -> str:
        """The name itself where a manifest allows it; numbers get a letter in front."""
        known = self._given.get(source)
        if known is None:
            known = self._given[source] = self._free(_plain(source, self._prefix))
        return known

    @property
    def changed(self) -> int:
        """How many names are not what the source has."""
        return sum(source != name for source, name in self._given.items())

    def _free(self, wanted: str) -> str:
        name, number = wanted, 2
        while name in self._taken:
            name, number = f"{wanted}_{number}", number + 1
        self._taken.add(name)
        return name


def _plain(source: str, prefix: str) -> str:
    name = (
        _OTHER.sub("_", source)[:_LONGEST].strip("_") if not source.isidentifier() or not source.isascii() else source
    )
    if not name or (not name[0].isalpha() and name[0] != "_"):
        name = prefix + name
    name = name[:_LONGEST]
    if name.startswith("__") or name in RESERVED:
        name = f"{prefix}_{name.lstrip('_')}"
    return name
