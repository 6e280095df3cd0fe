"""What a manifest with the objective `pool_bytes` may not say: a pool has no threads, no runs and no budget."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from warpack.solver.reading.collector import Collector
from warpack.solver.wire.manifest import Buffer, Target

LARGEST_IN_POOL = 2**40
"""The largest count of bytes or elements of one field."""
LARGEST_POOL = 2**53 - 1
"""The most bytes of all buffers together: larger integers are not exact in JSON (RFC 8785)."""
LARGEST_ALIGNMENT_IN_POOL = 2**30

NO_TARGET = Target("")
"""Stands in the manifest of a pool, which is for no architecture."""

_OF_BLOCKS = {
    "target": "names an architecture and a budget",
    "launch": "is about threads and blocks",
    "frontier": "weighs bytes against threads",
}
_OF_TIMELINES = {"tracks": "share the threads of a block out", "barriers": "order the threads of a block"}
_OF_BUFFERS: dict[str, tuple[Any, str]] = {
    "scope": ("run", "says for which threads of a block there is a copy"),
    "location": ("shared", "chooses between the memories of a block"),
    "zero": (False, "makes the emitted code of a block write zeros"),
    "async": (False, "is about the proxies of a block's threads"),
}


def widen(collector: Collector) -> None:
    """Allows the numbers of arenas, which are larger than any block's."""
    collector.largest, collector.largest_alignment = LARGEST_IN_POOL, LARGEST_ALIGNMENT_IN_POOL


def refuse_fields(collector: Collector, document: Mapping[str, Any]) -> None:
    """An error for each field that says something about threads, blocks or budgets. The defaults of a buffer's fields
    may be spelled out."""
    for key, what in _OF_BLOCKS.items():
        if key in document and document[key] is not False:
            _refuse(collector, f"/{key}", key, what)
    if document.get("validation", "best") in ("compiled", "simulated", "hardware"):
        message = 'A pool is validated at level "static": nothing is emitted that could be compiled or run.'
        collector.error("not-of-a-pool", "/validation", message)
    _refuse_times(collector, document.get("timeline"), "/timeline")
    for index, component in enumerate(_objects(document.get("components"))):
        _refuse_times(collector, component.get("timeline"), f"/components/{index}/timeline")
    for index, buffer in enumerate(_objects(document.get("buffers"))):
        for key, (default, what) in _OF_BUFFERS.items():
            if key in buffer and buffer[key] != default:
                _refuse(collector, f"/buffers/{index}/{key}", key, what)


def check_total(collector: Collector, buffers: Iterable[Buffer]) -> None:
    total = sum(buffer.size_bytes + buffer.alignment_bytes for buffer in buffers)
    if total > LARGEST_POOL:
        message = f"The buffers have {total} bytes with their alignments, and {LARGEST_POOL} are the most of a pool."
        collector.error("size-too-large", "/buffers", message)


def _refuse_times(collector: Collector, timeline: Any, at: str) -> None:
    if isinstance(timeline, dict):
        for key, what in _OF_TIMELINES.items():
            if timeline.get(key):
                _refuse(collector, f"{at}/{key}", key, what, "them")


def _refuse(collector: Collector, pointer: str, key: str, what: str, that: str = "it") -> None:
    message = f'`{key}` {what}, and the objective "pool_bytes" has neither threads nor a budget: leave {that} out.'
    collector.error("not-of-a-pool", pointer, message)


def _objects(values: Any) -> Iterable[dict[str, Any]]:
    """The objects of a list, others as empty ones: what they are is said elsewhere."""
    return (one if isinstance(one, dict) else {} for one in (values if isinstance(values, list) else ()))
