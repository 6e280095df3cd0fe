"""Small random manifests in which element types want different strides, for the oracle.

    mixed_manifest(7)             # the same document on every machine

What `tests.helpers.small_manifests` makes, with the element types of many buffers changed: several threads a run and
plain types, or one thread a run and types of which the alignment is not the width. Accesses differ widely, so that they
decide.
"""

from __future__ import annotations

import copy
from random import Random
from typing import Any

from tests.helpers.small_manifests import loads, small_manifest

_OPAQUE = tuple(
    {"itemsize_bytes": size, "alignment_bytes": alignment} for size, alignment in ((8, 4), (16, 4), (12, 4), (16, 8))
)
_PLAIN = ("float32", "float64", "complex128", "int8")


def mixed_manifest(seed: int) -> dict[str, Any]:
    """The document of this seed."""
    random, document = Random(seed), small_manifest(seed)
    for change in (_few_per_run, *(_one_type for _ in document["buffers"])):
        changed = copy.deepcopy(document)
        change(random, changed)
        if loads(changed):
            document = changed
    document["name"] = f"mixed {seed}"
    return document


def _few_per_run(random: Random, document: dict[str, Any]) -> None:
    document["launch"] |= {"bank_conflicts": "avoid"}
    if not any(buffer.get("location", "shared") != "shared" for buffer in document["buffers"]):
        document["launch"] |= {"threads_per_run": random.choice([2, 4, 8, 16]), "threads_multiple": 32}


def _one_type(random: Random, document: dict[str, Any]) -> None:
    buffer = random.choice(document["buffers"])
    per_run = document["launch"]["threads_per_run"]
    buffer["dtype"] = random.choice(_OPAQUE if per_run == 1 else _PLAIN)
    buffer["accesses"] = random.choice([0, 1, 10, 100, 1000])
