"""Contiguous windows: a component's buffers on chip lie in one hull that no conflicting buffer from outside cuts
into."""

from __future__ import annotations

from collections.abc import Sequence

from warpack.solver.verifier.findings import Findings
from warpack.solver.verifier.placement import PlacedPiece
from warpack.solver.verifier.spans import meet, merged
from warpack.solver.wire.layout import ComponentWindow, Layout
from warpack.solver.wire.manifest import Manifest


def check_windows(manifest: Manifest, layout: Layout, placed: Sequence[PlacedPiece], findings: Findings) -> None:
    """The layout must list the hull of every component with `window: "contiguous"` that has bytes in a region, and no
    other."""
    stated = {(window.path, window.region): window for window in layout.components}
    if len(stated) < len(layout.components):
        findings.add("window-hull", "the layout lists the window of a component and region twice")
    component_of = {buffer.full_name: buffer.component for buffer in manifest.buffers}
    for component in manifest.components:
        if component.window != "contiguous":
            continue
        for region in ("block", "run", "pool"):
            inside: list[PlacedPiece] = []
            outside: list[PlacedPiece] = []
            for one in placed:
                if one.region == region:
                    owner = component_of[one.piece.buffer]
                    belongs = owner == component.path or owner.startswith(f"{component.path}/") or not component.path
                    (inside if belongs else outside).append(one)
            if not inside:
                continue
            start, end = min(one.start for one in inside), max(one.end for one in inside)
            right = ComponentWindow(component.path, inside[0].region, start, end - start)
            given = stated.pop((component.path, region), None)
            if given != right:
                said = "none" if given is None else f"[{given.offset_bytes}, {given.offset_bytes + given.size_bytes})"
                message = (
                    f"the {region} window of {component.path} is bytes [{start}, {end}), but the layout says {said}"
                )
                findings.add("window-hull", message, component.path, region=region, at=(start, end))
            _check_cuts(component.path, inside, outside, findings)
    for path, region in stated:
        findings.add("window-hull", f"the layout lists a window of {path} in region {region}, which has none", path)


def _check_cuts(path: str, inside: Sequence[PlacedPiece], outside: Sequence[PlacedPiece], findings: Findings) -> None:
    story = findings.story
    start, end = min(one.start for one in inside), max(one.end for one in inside)
    accessed = merged(span for one in inside for span in one.piece.accesses)
    in_the_way = merged(span for one in inside for span in story.occupied(one.piece, one.piece.threads))
    special = {name for pair in story.apart for name in pair}
    special |= {one.piece.name for one in (*inside, *outside) if one.piece.asynchronous or one.piece.entry}
    for one in outside:
        if one.start >= end or one.end <= start:
            continue
        piece = one.piece
        if not meet(in_the_way, piece.accesses) and not meet(accessed, piece.occupied) and not special:
            continue
        for member in inside:
            conflict = story.conflict(member.piece, piece)
            if conflict is None or one.start - member.start in conflict.allowed_differences:
                continue
            at = (max(start, one.start), min(end, one.end))
            message = (
                f"{piece.name} lies in bytes [{at[0]}, {at[1]}) of the window of {path}, [{start}, {end}), and conflicts "
                f"with {member.piece.name} in it"
            )
            findings.add(
                "window-cut", message, piece.name, member.piece.name, path, region=one.region, at=at,
                phases=conflict.phases,
            )  # fmt: skip
            break
