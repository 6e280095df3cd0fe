"""Small pools, and the smallest arena that they can have: found by trying every order, without the product."""

from __future__ import annotations

from itertools import permutations
from random import Random
from typing import Any

from warpack.solver import Manifest, load_manifest


def pool_document(*buffers: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {
        "schema": "warpack/manifest/1",
        "objective": "pool_bytes",
        "timeline": {"length": 8},
        "buffers": [{"dtype": "uint8", **buffer} for buffer in buffers],
        **fields,
    }


def pool_of(*buffers: dict[str, Any], **fields: Any) -> Manifest:
    return load_manifest(pool_document(*buffers, **fields))


def random_pool(seed: int) -> dict[str, Any]:
    """At most six buffers, some with gaps or kept apart, of bytes up to gigabytes."""
    random = Random(seed)
    unit = random.choice([1, 64, 2**20, 2**30])
    buffers = []
    for number in range(random.randint(1, 6)):
        cuts = sorted(random.sample(range(9), random.choice([2, 2, 2, 4])))
        buffers.append(
            {
                "name": f"b{number}",
                "size": random.randint(1, 5) * unit,
                "alignment_bytes": random.choice([1, 1, 1, 2, 64]),
                "lifetime": [list(pair) for pair in zip(cuts[::2], cuts[1::2], strict=True)],
            }
        )
    pairs = [[f"b{a}", f"b{b}"] for a in range(len(buffers)) for b in range(a)]
    return pool_document(*buffers, apart=random.sample(pairs, min(len(pairs), random.choice([0, 0, 1]))))


def least_pool_bytes(document: dict[str, Any]) -> int:
    """Some order of the buffers, each laid at the lowest place that is free, gives the smallest arena."""
    buffers = document["buffers"]
    apart = {frozenset(pair) for pair in document.get("apart", ())}
    return min(_top(order, apart) for order in permutations(buffers))


def _top(order: tuple[dict[str, Any], ...], apart: set[frozenset[str]]) -> int:
    placed: list[tuple[int, dict[str, Any]]] = []
    for buffer in order:
        size, step = buffer["size"], buffer.get("alignment_bytes", 1)
        others = [(at, at + one["size"]) for at, one in placed if _conflict(buffer, one, apart)]
        places = [0, *(-(-end // step) * step for _, end in others)]
        at = min(p for p in places if all(p + size <= low or high <= p for low, high in others))
        placed.append((at, buffer))
    return max(at + one["size"] for at, one in placed)


def _conflict(one: dict[str, Any], other: dict[str, Any], apart: set[frozenset[str]]) -> bool:
    if frozenset((one["name"], other["name"])) in apart:
        return True
    return any(a < d and c < b for a, b in one["lifetime"] for c, d in other["lifetime"])
