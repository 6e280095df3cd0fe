"""Random layouts of random programs: buffers moved about, legal or not, judged by the verifier and by the machine.

Where the machine finds a disturbance the verifier must refuse the layout, by whichever rule: a buffer outside its
window disturbs the next run. Where it finds none, the verifier may complain of other things, but of no bytes in common.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from random import Random
from typing import Any, NamedTuple

from tests.helpers.machine import disturbances
from tests.helpers.machine.programs import random_programs
from warpack.solver.recipe import optimize
from warpack.solver.verifier import verify
from warpack.solver.wire.layout import Layout, PlacedBuffer
from warpack.solver.wire.manifest import Manifest
from warpack.solver.wire.problems import ManifestError

_SHARING_RULES = frozenset({"overlap", "apart"})
"""The verifier's rules about who may have bytes in common with whom."""

_MOVES = 4


class WronglyJudged(NamedTuple):
    """A layout of which verifier and machine do not think alike."""

    document: dict[str, Any]
    offsets: dict[str, int | None]
    rules: list[str]
    disturbed: list[tuple[str, str]]

    def __str__(self) -> str:
        said = f"the verifier finds {self.rules}, the machine {self.disturbed}"
        return f"{said}\noffsets {self.offsets}\n{json.dumps(self.document)}"


def wrongly_judged(seed: int, count: int) -> Iterator[WronglyJudged | int]:
    """For each random program the number of layouts judged, and those of which the two do not think alike."""
    random = Random(seed)
    for document, manifest in random_programs(seed, count):
        layout = _solved(manifest)
        if layout is None or layout.launch is None:
            continue
        layouts = [layout, *(_moved(manifest, layout, random) for _ in range(_MOVES))]
        yield len(layouts)
        for one in layouts:
            rules = {finding.rule for finding in verify(manifest, one).findings}
            disturbed = disturbances(manifest, one)
            if not rules if disturbed else rules & _SHARING_RULES:
                offsets = {buffer.full_name: buffer.offset_bytes for buffer in one.buffers}
                yield WronglyJudged(document, offsets, sorted(rules), disturbed)


def _solved(manifest: Manifest) -> Layout | None:
    try:
        return optimize(manifest)
    except ManifestError:
        return None


def _moved(manifest: Manifest, layout: Layout, random: Random) -> Layout:
    """One or two of the buffers on chip elsewhere, aligned: at the place of another one, or anywhere near."""
    on_chip = [
        buffer for buffer in layout.buffers if buffer.region in ("run", "block") and buffer.offset_bytes is not None
    ]
    if not on_chip or layout.launch is None:
        return layout
    moved = {buffer.full_name: buffer for buffer in random.sample(on_chip, min(len(on_chip), random.randint(1, 2)))}
    changed = tuple(
        _elsewhere(manifest, buffer, on_chip, random) if buffer.full_name in moved else buffer
        for buffer in layout.buffers
    )
    return replace(layout, buffers=changed)


def _elsewhere(manifest: Manifest, buffer: PlacedBuffer, others: list[PlacedBuffer], random: Random) -> PlacedBuffer:
    alignment = manifest.by_name[buffer.full_name].alignment_bytes
    target = random.choice(others).offset_bytes or 0
    offset = max(0, target + random.choice((-8, -4, 0, 0, 4, 8)))
    return replace(buffer, offset_bytes=offset // alignment * alignment)
