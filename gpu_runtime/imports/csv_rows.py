"""Reads tables of buffers: minimalloc's CSV and omnimalloc's, which has vector clocks in it.

    id,lower,upper,size              live in [lower, upper)
    b1,0,3,4
    b2,3:0,9:1,4                     vector clocks: one component a thread

The header may also say `buffer` or `buffer_id` for `id`, `begin` or `start` for `lower`, and `end` for `upper`. Values
of `end` are inclusive, as minimalloc reads them. Further columns: `alignment`; `gaps`, a list of `a-b` in which the
buffer is not needed, or of `a-b@low:high` in which only its bytes [low, high) are; `offset`. `kind`, and a first line
`# pool_offset=N`, are omnimalloc's.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from warpack.gpu_runtime.imports.outcome import ImportFailed

Clock = tuple[int, ...]

MOST_FAULTS = 20
LARGEST = 2**62
"""More than any field may hold: larger numbers are typing errors."""

_COLUMNS = {
    "id": "id",
    "buffer": "id",
    "buffer_id": "id",
    "lower": "lower",
    "begin": "lower",
    "start": "lower",
    "upper": "upper",
    "end": "upper",
    "size": "size",
    "alignment": "alignment",
    "gaps": "gaps",
    "offset": "offset",
    "kind": "kind",
}
_REQUIRED = ("id", "lower", "upper", "size")
_NUMBER = re.compile(r"[+-]?[0-9]+")
_GAP = re.compile(r"(-?[0-9]+)-(-?[0-9]+)(?:@([0-9]+):([0-9]+))?")
_BASE = re.compile(r"#\s*pool_offset\s*=\s*([0-9]+)\s*")


class Gap(NamedTuple):
    """Between these times only the bytes of the window are needed; none where it is None."""

    lower: int
    upper: int
    window: tuple[int, int] | None


@dataclass(frozen=True, slots=True)
class Row:
    """A buffer of `size` bytes, live from `lower` to just before `upper`. Clocks of one component are plain times."""

    id: str
    line: int
    lower: Clock
    upper: Clock
    size: int
    alignment: int = 1
    gaps: tuple[Gap, ...] = ()
    offset: int | None = None


@dataclass(frozen=True, slots=True)
class CsvTable:
    """`pool_offset`: where the pool itself lies, which only omnimalloc says. `kinds`: whether there was such a column,
    which says nothing about sharing."""

    rows: tuple[Row, ...]
    pool_offset: int | None = None
    kinds: bool = False


def read_rows(text: str) -> CsvTable:
    """Raises ImportFailed with the first faults, each with its line."""
    lines = text.lstrip("\ufeff").splitlines()
    pool_offset, skipped = None, 0
    while skipped < len(lines) and (not lines[skipped].strip() or lines[skipped].startswith("#")):
        base = _BASE.fullmatch(lines[skipped].strip())
        pool_offset = int(base[1]) if base else pool_offset
        skipped += 1
    reader = csv.reader(lines[skipped:], skipinitialspace=True)
    header = next(reader, None)
    if header is None:
        raise ImportFailed("the table is empty: its first line names the columns, id, lower, upper and size")
    columns, inclusive = _header([name.strip().lower() for name in header], skipped + 1)
    found = _Reader(columns, inclusive, skipped)
    rows = tuple(found.rows(reader))
    if found.faults:
        raise ImportFailed(*found.faults)
    if not rows:
        raise ImportFailed("the table has a header and no rows")
    return CsvTable(rows, pool_offset, "kind" in columns)


def _header(names: list[str], line: int) -> tuple[dict[str, int], bool]:
    unknown = [name for name in names if name not in _COLUMNS]
    if unknown:
        known = ", ".join(sorted({*_COLUMNS}))
        raise ImportFailed(f"line {line}: there is no column {unknown[0]!r} in such tables; known are {known}")
    columns: dict[str, int] = {}
    for at, name in enumerate(names):
        if columns.setdefault(_COLUMNS[name], at) != at:
            raise ImportFailed(f"line {line}: two columns give `{_COLUMNS[name]}`")
    missing = [name for name in _REQUIRED if name not in columns]
    if missing:
        raise ImportFailed(f"line {line}: the columns {', '.join(missing)} are missing")
    return columns, "end" in names


class _Reader:
    """`skipped`: lines before the header."""

    def __init__(self, columns: dict[str, int], inclusive: bool, skipped: int) -> None:
        self.faults: list[str] = []
        self._columns, self._beyond, self._skipped = columns, int(inclusive), skipped
        self._seen: dict[str, int] = {}
        self._components: int | None = None

    def rows(self, reader: Iterator[list[str]]) -> Iterator[Row]:
        for number, cells in enumerate(reader, self._skipped + 2):
            if not any(cell.strip() for cell in cells):
                continue
            try:
                yield self._row(number, [cell.strip() for cell in cells])
            except ValueError as error:
                self.faults.append(f"line {number}: {error}")
                if len(self.faults) >= MOST_FAULTS:
                    return

    def _row(self, line: int, cells: list[str]) -> Row:
        if len(cells) != len(self._columns):
            raise ValueError(f"{len(cells)} fields, and the header has {len(self._columns)}")
        given = {name: cells[at] for name, at in self._columns.items()}
        name = given["id"]
        if not name:
            raise ValueError("`id` is empty")
        if name in self._seen:
            raise ValueError(f"the id {name!r} stands in line {self._seen[name]} already")
        self._seen[name] = line
        lower, upper = _clock("lower", given["lower"]), _clock("upper", given["upper"])
        upper = tuple(one + self._beyond for one in upper)
        if self._components is None:
            self._components = len(lower)
        if {len(lower), len(upper)} != {self._components}:
            raise ValueError(f"times have {len(lower)} and {len(upper)} components, and others have {self._components}")
        if any(low > high for low, high in zip(lower, upper, strict=True)) or lower == upper:
            raise ValueError(f"`lower` ({given['lower']}) must come before `upper` ({given['upper']})")
        size = _number("size", given["size"], 0)
        alignment = _number("alignment", given.get("alignment") or "1", 1)
        if alignment & (alignment - 1):
            raise ValueError(f"`alignment` is {alignment}, and only powers of two can be kept")
        offset = _number("offset", given["offset"], 0) if given.get("offset") else None
        gaps = tuple(self._gap(text, size) for text in given.get("gaps", "").split())
        self._check_gaps(gaps, lower, upper)
        return Row(name, line, lower, upper, size, alignment=alignment, gaps=gaps, offset=offset)

    def _gap(self, text: str, size: int) -> Gap:
        found = _GAP.fullmatch(text)
        if found is None:
            raise ValueError(f"the gap {text!r} is neither a-b nor a-b@low:high")
        lower, upper = int(found[1]), int(found[2]) + self._beyond
        if found[3] is None:
            return Gap(lower, upper, None)
        low, high = int(found[3]), int(found[4])
        if not low < high <= size:
            raise ValueError(f"the gap {text!r} keeps bytes [{low}, {high}), which are none of the buffer's {size}")
        return Gap(lower, upper, (low, high))

    @staticmethod
    def _check_gaps(gaps: tuple[Gap, ...], lower: Clock, upper: Clock) -> None:
        if gaps and len(lower) > 1:
            raise ValueError("gaps of vector clocks have no meaning that is written down anywhere")
        at = lower[0]
        for gap in gaps:
            if not at <= gap.lower < gap.upper <= upper[0]:
                raise ValueError(f"the gap {gap.lower}-{gap.upper} is empty, out of order or outside the lifetime")
            at = gap.upper


def _clock(what: str, text: str) -> Clock:
    return tuple(_number(what, one, -LARGEST) for one in text.split(":"))


def _number(what: str, text: str, least: int) -> int:
    if _NUMBER.fullmatch(text.strip()) is None:
        raise ValueError(f"`{what}` must be a whole number, and is {text!r}")
    number = int(text)
    if not least <= number <= LARGEST:
        raise ValueError(
            f"`{what}` must be at least {least}, and is {number}" if number < least else f"`{what}` is too large"
        )
    return number
