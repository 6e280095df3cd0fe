"""Canonical JSON of very many objects that are nearly alike, in a fraction of the time: objects of one kind share one
text with gaps.

The bytes are those that `warpack.solver.wire.canonical` gives for the whole document.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from warpack.solver.wire.canonical import canonical, sha256_of

Row = TypeVar("Row")

FEW_ROWS = 256
"""Up to this many rows are written like any others: the texts with gaps would cost more than they save."""

_MARK = "\0"
"""A text that no document has under the open keys."""


@dataclass(frozen=True, slots=True)
class Rows(Generic[Row]):
    """How objects of one type are written. `to_json` gives an object's JSON values. `kind` gives what it has in common
    with objects that differ only in the keys `open`, or None where it is written on its own. `gaps` gives the canonical
    JSON of the values of the open keys, which are sorted."""

    to_json: Callable[[Row], dict[str, Any]]
    open: tuple[str, ...]
    kind: Callable[[Row], Hashable | None]
    gaps: Callable[[Row], tuple[str | int, ...]]

    def text(self, rows: Iterable[Row]) -> str:
        """The rows one after the other, between commas."""
        kind, gaps = self.kind, self.gaps
        known: dict[Hashable, str] = {}
        texts: list[str] = []
        for row in rows:
            key = kind(row)
            if key is None:
                texts.append(canonical(self.to_json(row)).decode())
                continue
            pattern = known.get(key)
            if pattern is None:
                pattern = known[key] = self._pattern(row)
            texts.append(pattern % gaps(row))
        return ",".join(texts)

    def _pattern(self, row: Row) -> str:
        open_ = {key: f"{_MARK}{key}" for key in self.open}
        text = canonical(self.to_json(row) | open_).decode().replace("%", "%%")
        for key in self.open:
            text = text.replace(f'"\\u0000{key}"', "%s")
        return text


def sha256_with(document: Mapping[str, Any], key: str, rows: Sequence[Row], how: Rows[Row]) -> str:
    """The hash of canonical JSON of `document` with the list of `rows` under `key`. Rows have no fractions, no integers
    that a double does not hold, and no keys but ASCII ones."""
    if len(rows) <= FEW_ROWS:
        return sha256_of({**document, key: [how.to_json(row) for row in rows]}, document)
    open_ = f'"{key}":"\\u0000"'
    before, _, after = canonical({**document, key: _MARK}).decode().partition(open_)
    return hashlib.sha256(f'{before}"{key}":[{how.text(rows)}]{after}'.encode()).hexdigest()
