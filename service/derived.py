"""Says in words why a buffer or part is live in phases where it is not accessed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from warpack.solver.wire.units import Phase

if TYPE_CHECKING:
    from warpack.solver.verifier.lives import Why
    from warpack.solver.verifier.story import Story, StoryPiece
    from warpack.solver.wire.manifest import Manifest

_MOST_ASKED = 64
"""The longest stretch of phases that is explained phase by phase. A longer one is explained by its first phase."""


@dataclass(frozen=True, slots=True)
class Because:
    """Why a piece is live in the phases `[start, end)`, in none of which it is accessed. `reason` is `between` a write
    and a read, `carried` on to a later read, or `entry`: zeroed at the program's start."""

    start: Phase
    end: Phase
    reason: str
    text: str


@dataclass(frozen=True, slots=True)
class Derived:
    """The lifetime that was derived from stated accesses, in phases of the flattened program. `because` explains the
    phases without an access."""

    name: str
    phases: tuple[tuple[Phase, Phase], ...]
    because: tuple[Because, ...]


def derived_lifetimes(story: Story) -> tuple[Derived, ...]:
    """The derived lifetimes of all buffers and parts with `accesses_in`, in the manifest's order."""
    return tuple(
        Derived(piece.name, piece.live, tuple(reasons(story, piece)))
        for piece in story.pieces
        if piece.accesses_in is not None
    )


def derived_of(manifest: Manifest) -> tuple[tuple[Derived, ...], tuple[str, ...]]:
    """The same for a manifest, with the names of all phases. Both are empty if the manifest states no accesses."""
    buffers = manifest.buffers
    if all(one.accesses_in is None and all(part.accesses_in is None for part in one.parts) for one in buffers):
        return (), ()
    from warpack.solver.verifier.story import derive

    story = derive(manifest)
    return derived_lifetimes(story), story.phase_names


def to_json(derived: Derived, names: tuple[str, ...]) -> dict[str, Any]:
    """As JSON. Phases are given as `[start, end)` of the flattened program, and by the names of the first and last."""
    return {
        "name": derived.name,
        "phases": [[start, end] for start, end in derived.phases],
        "phase_names": [[names[start], names[end - 1]] for start, end in derived.phases],
        "because": [
            {
                "phases": [one.start, one.end],
                "phase_names": [names[one.start], names[one.end - 1]],
                "reason": one.reason,
                "text": one.text,
            }
            for one in derived.because
        ],
    }


def reasons(story: Story, piece: StoryPiece) -> Iterator[Because]:
    """One for each stretch of phases that are live for the same reason."""
    from warpack.solver.verifier.spans import without

    for start, end in without(piece.live, piece.accesses):
        cuts = list(range(start, end)) if end - start <= _MOST_ASKED else [start]
        begun: tuple[Phase, Why] | None = None
        for phase in cuts:
            why = story.why(piece, phase)
            if why is None or (begun is not None and why == begun[1]):
                continue
            if begun is not None:
                yield _because(story, piece, *begun, phase)
            begun = phase, why
        if begun is not None:
            yield _because(story, piece, *begun, end)


def stretch(names: tuple[str, ...], start: Phase, end: Phase) -> str:
    """The names of the first and last phase, such as `load … use`; of a single phase, its name."""
    return names[start] if end - start == 1 else f"{names[start]} … {names[end - 1]}"


def _because(story: Story, piece: StoryPiece, start: Phase, why: Why, end: Phase) -> Because:
    return Because(start, end, why.reason, _said(story, piece, why))


def _said(story: Story, piece: StoryPiece, why: Why) -> str:
    from warpack.solver.verifier.spans import covers

    names, stated = story.phase_names, piece.stated
    if why.reason == "entry":
        return f"between the zeroes of the program's start and {names[0]}"
    if why.reason == "carried":
        after = "the program's start" if why.left is None else names[why.left]
        return f"left after {after} and found again" + ("" if why.found is None else f" in {names[why.found]}")
    begin = "the zeroes of the program's start"
    if why.left is not None:
        begin = f"the {'write' if covers(stated.kills, why.left) else 'update'} in {names[why.left]}"
    if why.found is None:
        return f"after {begin}"
    return f"between {begin} and the {'update' if covers(stated.brings, why.found) else 'read'} in {names[why.found]}"
