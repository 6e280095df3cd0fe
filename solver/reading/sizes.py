"""Reads how many elements a buffer has: a number, or so many for each thread or warp of the block."""

from __future__ import annotations

from typing import Any, Literal

from warpack.solver.reading.collector import show, unquoted
from warpack.solver.reading.fields import Fields
from warpack.solver.reading.parts import check_whole_items
from warpack.solver.wire.dtypes import DTYPES, DType
from warpack.solver.wire.manifest import Growth

_BYTE = DTYPES["uint8"]
_KEYS = ("per_thread", "per_warp", "plus")
_MOST_THREADS = 1024
"""The most threads of a block, on every architecture."""


def read_size(fields: Fields, dtype: DType | None) -> int | Growth | None:
    """The field `size`; None (and problems) where it is missing or wrong."""
    collector, pointer = fields.collector, fields.pointer("size")
    if "size" not in fields:
        collector.error("missing-field", pointer, "The field `size` (a number of elements) is required.")
        return None
    size = fields.values["size"]
    if isinstance(size, dict):
        return _growth(fields, size, dtype)
    if type(size) is not int:
        message = f"`size` must be an integer, and is {show(size)}.{unquoted(size)}"
        collector.error("not-an-integer", pointer, message)
        return None
    if size < 0:
        collector.error("out-of-range", pointer, f"`size` must be at least 0, and is {show(size)}.")
        return None
    if not _held(fields, dtype, size):
        return None
    if dtype is not None and dtype.per_item > 1:
        check_whole_items(fields, "size", size, dtype)
    return size


def _growth(outer: Fields, value: dict[str, Any], dtype: DType | None) -> Growth | None:
    """`{"per_thread" or "per_warp": k, "plus": c}`: of block-scoped buffers without parts."""
    collector, pointer = outer.collector, outer.pointer("size")
    before = len(collector.problems)
    if outer.values.get("scope") != "block":
        message = (
            "A size that follows the block's threads is for buffers of scope block: a run-scoped buffer is there once for each run "
            "anyway. Give the elements of one run, or scope block."
        )
        collector.error("size-follows-block", pointer, message)
    if "parts" in outer:
        message = "A buffer whose size follows the block has no `parts`: they would have to cover it at every size."
        collector.error("size-follows-block", outer.pointer("parts"), message)
    fields = Fields(collector, value, pointer, _KEYS)
    given = [key for key in ("per_thread", "per_warp") if key in fields]
    if len(given) != 1:
        message = (
            'A size that follows the block is {"per_thread": k, "plus": c} or {"per_warp": k, "plus": c}: '
            f"{'both are' if given else 'neither is'} given."
        )
        collector.error("size-follows-block", pointer, message)
        return None
    per: Literal["thread", "warp"] = "thread" if given == ["per_thread"] else "warp"
    growth = Growth(fields.integer(given[0], 1, 1), per, fields.integer("plus", 0, 0))
    most = growth.elements(_MOST_THREADS)
    if len(collector.problems) > before or not _held(outer, dtype, most, f"With {_MOST_THREADS} threads, "):
        return None
    if dtype is not None and dtype.per_item > 1:
        check_whole_items(fields, given[0], growth.each, dtype)
        check_whole_items(fields, "plus", growth.plus, dtype)
    return growth


def _held(fields: Fields, dtype: DType | None, size: int, when: str = "") -> bool:
    dtype = dtype if dtype is not None else _BYTE
    largest = fields.collector.largest
    if dtype.bytes_of(size) <= largest:
        return True
    each = f"{dtype.itemsize_bytes} bytes" if dtype.per_item == 1 else f"{dtype}"
    message = f"{when}{show(size)} elements of {each} are more than {largest} bytes, the most that a buffer may have."
    fields.collector.error("size-too-large", fields.pointer("size"), message)
    return False
