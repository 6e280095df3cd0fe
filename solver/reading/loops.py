"""Reads the loops of a timeline: spans that may be skipped or not, and the phases after which a trip may end them."""

from __future__ import annotations

from typing import Any, NamedTuple

from warpack.solver.reading.clock import Clock
from warpack.solver.reading.collector import Collector, show, spelled
from warpack.solver.reading.fields import Fields
from warpack.solver.reading.nesting import LOOP
from warpack.solver.reading.structures import Structure, Tree
from warpack.solver.wire.manifest import Loop

_KNOWN = ("span", "at_least", "breaks", "endless")


class Loops(NamedTuple):
    """The loops as listed, with the place of each in the document and its breaks as written there."""

    read: list[tuple[Loop, str, list[Any]]]
    clock: Clock

    def sorted(self) -> tuple[Loop, ...]:
        """By start, outer ones first; of loops over the same span the one listed first."""
        return tuple(sorted((loop for loop, _, _ in self.read), key=lambda loop: (loop.start, -loop.end)))

    def check_breaks(self, collector: Collector, tree: Tree) -> None:
        """A break leaves its loop. It cannot stand in a track inside the loop, because the other tracks run on."""
        loops = [node for node in tree.nodes if node.structure.kind == "loop"]
        by_pointer = {node.structure.pointer: node for node in loops}
        for loop, at, written in self.read:
            if not loop.breaks:
                continue
            node = by_pointer[at]
            for index, value in enumerate(written):
                phase = self.clock.phase(value, f"{at}/breaks/{index}")
                track = None if phase is None else tree.innermost(phase).track
                if track is not None and track is not node.track:
                    message = (
                        f"The break at {show(value)} lies in {track.structure.shown}, a track inside the loop "
                        f"{node.structure.shown}: one track cannot end the loop for the others. Let it end after a phase behind "
                        "the tracks, or give each track a loop of its own."
                    )
                    collector.error("break-in-track", f"{at}/breaks/{index}", message)


def read_loops(fields: Fields, clock: Clock, structures: list[Structure]) -> Loops:
    read: list[tuple[Loop, str, list[Any]]] = []
    for index, value in enumerate(fields.sequence("loops") or ()):
        pointer = f"{fields.at}/loops/{index}"
        if not isinstance(value, dict):
            span = clock.span(value, pointer, "loop")
            if span is not None:
                read.append((Loop(*span), pointer, []))
                structures.append(Structure(span, LOOP, "loop", pointer, value))
            continue
        loop = _loop(Fields(fields.collector, value, pointer, _KNOWN, ("span",)), clock)
        if loop is not None:
            breaks = value.get("breaks", [])
            read.append((loop, pointer, breaks if isinstance(breaks, list) else []))
            structures.append(Structure(loop.span, LOOP, "loop", pointer, value["span"]))
    return Loops(read, clock)


def _loop(fields: Fields, clock: Clock) -> Loop | None:
    at_least = fields.integer("at_least", 0, 0, 1)
    endless = fields.flag("endless", False)
    breaks = clock.phases(fields.values["breaks"], fields.pointer("breaks")) if "breaks" in fields else ()
    span = clock.span(fields.values["span"], fields.pointer("span"), "loop") if "span" in fields else None
    if span is None or breaks is None:
        return None
    if endless and not breaks:
        message = (
            f"The endless loop {spelled(fields.values['span'])} has no `breaks`, so that nothing behind it would ever run: list the "
            "phases after which it may end, or leave `endless` away."
        )
        fields.collector.error("endless-without-breaks", fields.pointer("endless"), message)
    for index, value in enumerate(fields.values.get("breaks", ())):
        phase = clock.phase(value, f"{fields.pointer('breaks')}/{index}")
        if phase is not None and not span[0] <= phase < span[1]:
            message = (
                f"The phase {show(value)} lies outside the loop {spelled(fields.values['span'])}: a break ends the loop right "
                "after one of its own phases."
            )
            fields.collector.error("break-outside-loop", f"{fields.pointer('breaks')}/{index}", message)
    return Loop(span[0], span[1], 1 if at_least else 0, breaks, endless)
