"""Checks the certificate of each bound: names, bytes, phases, and that the named buffers may share nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations, product
from typing import Any, Literal, NamedTuple

from warpack.solver.verifier.findings import Findings
from warpack.solver.verifier.pieces import StoryPiece
from warpack.solver.verifier.spans import Spans, covers, inside, merged
from warpack.solver.verifier.story import Story
from warpack.solver.wire.manifest import Buffer, Manifest, Scope
from warpack.solver.wire.units import Bytes, Phase

Outcome = Literal["checked", "by search", "wrong"]


class _Named(NamedTuple):
    """A buffer or part that a certificate names, the pieces that it stands for, and its bytes."""

    name: str
    buffer: Buffer
    pieces: tuple[StoryPiece, ...]
    size_bytes: Bytes


@dataclass
class Certificates:
    """`on_chip`: the names of all buffers that must be shared, or that the layout has on chip. `over_windows`: there
    are windows that block-scoped buffers could lie over."""

    manifest: Manifest
    story: Story
    on_chip: frozenset[str]
    over_windows: bool
    findings: Findings
    outcomes: dict[str, Outcome] = field(default_factory=dict)
    sets: dict[str, tuple[StoryPiece, ...]] = field(default_factory=dict)
    """For each bound on bytes that was checked, the pieces that lie apart."""

    def check_bytes(self, what: str, scope: Scope, certificate: Mapping[str, Any], bound: Bytes) -> None:
        """The certificate of a bound on the bytes of one region."""
        kind = certificate.get("kind")
        checks: dict[object, Callable[[], str]] = {
            "empty": lambda: "" if bound == 0 else f"nothing to place needs no {bound} bytes",
            "largest-buffer": lambda: self._one(scope, certificate, bound, pinned=False),
            "pinned-buffer": lambda: self._one(scope, certificate, bound, pinned=True),
            "max-live": lambda: self._apart(what, scope, certificate, bound, at_phase=True),
            "all-apart": lambda: self._apart(what, scope, certificate, bound, at_phase=False),
        }
        if kind in checks:
            self._say(what, checks[kind](), "checked")
        elif kind == "search-exhausted":
            self._say(what, _searched(certificate, bound), "by search")
        else:
            self.check_other(what, certificate, trivial=bound == 0)

    def check_other(self, what: str, certificate: Mapping[str, Any], *, trivial: bool) -> None:
        """A certificate that names no buffers: it cannot be checked, but it must state its reason."""
        if trivial:
            self.outcomes[what] = "checked"
        else:
            missing = not isinstance(certificate.get("kind"), str) or not certificate["kind"]
            self._say(what, "it names nothing that would prove the bound" if missing else "", "by search")

    def _say(self, what: str, fault: str, outcome: Outcome) -> None:
        if fault:
            self.findings.add("certificate", f"the certificate of proof.{what} does not hold: {fault}")
        self.outcomes[what] = "wrong" if fault else outcome

    def _one(self, scope: Scope, certificate: Mapping[str, Any], bound: Bytes, *, pinned: bool) -> str:
        named = self._named(scope, certificate)
        if isinstance(named, str):
            return named
        if len(named) != 1:
            return f"it names {len(named)} buffers, not one"
        (one,) = named
        pin = one.buffer.pinned_offset_bytes
        if pinned and pin is None:
            return f"{one.name} is not pinned"
        if self._may_be_over(one):
            return f"{one.name} may lie over the windows of runs"
        start = 0
        if pinned and pin is not None:
            start = pin + (one.pieces[0].offset_bytes if one.name != one.buffer.full_name else 0)
        if _comes_apart(one.buffer) and len(one.pieces) > 1:
            return f"{one.name} need not lie in one piece"
        return "" if start + one.size_bytes == bound else f"{one.name} ends at {start + one.size_bytes}, not at {bound}"

    def _apart(self, what: str, scope: Scope, certificate: Mapping[str, Any], bound: Bytes, *, at_phase: bool) -> str:
        named = self._named(scope, certificate)
        if isinstance(named, str):
            return named
        total = sum(one.size_bytes for one in named)
        if total != bound:
            return f"its buffers have {total} bytes, and the bound is {bound}"
        pairs: Iterable[tuple[_Named, _Named]] = combinations(named, 2)
        if at_phase:
            fault = self._at_phase(certificate, named)
            if fault:
                return fault
            pairs = self._open_at(certificate["phase"], named)
        for one in named:
            if self._may_be_over(one):
                return f"{one.name} may lie over the windows of runs"
        for one, other in pairs:
            if not self._must_be_apart(one, other):
                return f"{one.name} and {other.name} may share bytes"
        self.sets[what] = tuple(piece for one in named for piece in one.pieces)
        return ""

    def _at_phase(self, certificate: Mapping[str, Any], named: Iterable[_Named]) -> str:
        phase = certificate.get("phase")
        if type(phase) is not int or not 0 <= phase < self.story.length:
            return f"{phase!r} is no phase of the program"
        if certificate.get("phase_name") != self.story.phase_names[phase]:
            return f"phase {phase} is called {self.story.phase_names[phase]}, not {certificate.get('phase_name')!r}"
        for one in named:
            if not all(self._in_the_way(piece, phase) for piece in one.pieces):
                return f"{one.name} is not needed in phase {self.story.phase_names[phase]}"
        return ""

    def _open_at(self, phase: Phase, named: Sequence[_Named]) -> Iterator[tuple[_Named, _Named]]:
        """The pairs of which the phase alone does not say that they must be apart. It does so of two buffers that are
        both live there, one of them accessed, if each is one piece and no alias or in-place pair names it. A phase
        holds thousands of them in a large set, and so millions of pairs."""
        excepted = {name for pair in self.story.aliases for name in pair}
        excepted |= {name for ranges in self.story.in_place for name in (ranges.read, ranges.write)}
        accessed, live, others = [], [], []
        for one in named:
            (piece, *more) = self.story.pieces_of[one.buffer.full_name]
            if more or one.buffer.full_name in excepted:
                others.append(one)
            elif covers(piece.accesses, phase):
                accessed.append(one)
            elif covers(piece.live, phase) and piece.accesses:
                live.append(one)
            else:
                others.append(one)
        yield from product(accessed, others)
        yield from combinations([*live, *others], 2)

    def _in_the_way(self, piece: StoryPiece, phase: Phase) -> bool:
        return covers(self.story.occupied(piece, "block" if piece.scope == "block" else piece.threads), phase)

    def _must_be_apart(self, one: _Named, other: _Named) -> bool:
        """Whether the two can share no byte in any layout."""
        if one.buffer is other.buffer:
            if not _comes_apart(one.buffer):
                return True  # two parts of a buffer in one piece
            return all(self.story.conflict_unless_permitted(a, b) is not None for a in one.pieces for b in other.pieces)
        if any(_comes_apart(named.buffer) and len(named.pieces) > 1 for named in (one, other)):
            return all(self._never(a, b) for a in one.pieces for b in other.pieces)
        first, last = min(a.offset_bytes for a in one.pieces), max(a.offset_bytes + a.size_bytes for a in one.pieces)
        begin, end = min(b.offset_bytes for b in other.pieces), max(b.offset_bytes + b.size_bytes for b in other.pieces)
        return inside(((first - end + 1, last - begin),), self._blocked(self._moving(one), self._moving(other)))

    def _never(self, a: StoryPiece, b: StoryPiece) -> bool:
        conflict = self.story.conflict(a, b)
        return conflict is not None and not conflict.allowed_differences

    def _moving(self, one: _Named) -> Sequence[StoryPiece]:
        """The pieces that are at a fixed place inside the buffer: all, unless its parts are placed apart."""
        return one.pieces if _comes_apart(one.buffer) else self.story.pieces_of[one.buffer.full_name]

    def _blocked(self, ours: Sequence[StoryPiece], theirs: Sequence[StoryPiece]) -> Spans:
        """The differences of the offsets of two buffers at which two of these pieces conflict and overlap, and are not
        in place."""
        blocked: list[tuple[Bytes, Bytes]] = []
        for a in ours:
            for b in theirs:
                conflict = self.story.conflict(a, b)
                if conflict is None:
                    continue
                at, high = (
                    a.offset_bytes - b.offset_bytes - b.size_bytes + 1,
                    a.offset_bytes + a.size_bytes - b.offset_bytes,
                )
                for cured in conflict.allowed_differences:
                    point = a.offset_bytes + cured - b.offset_bytes
                    blocked.append((at, point))
                    at = point + 1
                blocked.append((at, high))
        return merged(blocked)

    def _may_be_over(self, one: _Named) -> bool:
        """Whether a block-scoped buffer or part, with all that moves with it, conflicts with nothing in the windows.
        Then it needs no place before them."""
        if one.buffer.scope != "block" or not self.over_windows:
            return False
        others = [piece for piece in self.story.pieces if piece.scope == "run" and piece.buffer in self.on_chip]
        return not any(self.story.conflict(piece, other) is not None for piece in self._moving(one) for other in others)

    def _named(self, scope: Scope, certificate: Mapping[str, Any]) -> list[_Named] | str:
        """The buffers and parts that the certificate names, or what is wrong with the list."""
        listed = certificate.get("buffers")
        if not isinstance(listed, list | tuple) or not listed:
            return "it names no buffers"
        found: list[_Named] = []
        for entry in listed:
            name, size = (entry.get("name"), entry.get("bytes")) if isinstance(entry, Mapping) else (None, None)
            one = self._find(name) if isinstance(name, str) else None
            if one is None:
                return f"{name!r} is no buffer or part"
            if one.buffer.scope != scope or one.buffer.full_name not in self.on_chip:
                return f"{name} does not have to lie in the {scope} region"
            if size != one.size_bytes:
                return f"{name} has {one.size_bytes} bytes, not {size}"
            if not one.pieces:
                return f"{name} has no bytes"
            found.append(one)
        pieces = [piece.name for one in found for piece in one.pieces]
        return f"it names {pieces[0]} twice" if len(set(pieces)) < len(pieces) else found

    def _find(self, name: str) -> _Named | None:
        piece = self.story.piece_by_name.get(name)
        if piece is not None:
            return _Named(name, self.manifest.by_name[piece.buffer], (piece,), piece.size_bytes)
        buffer = self.manifest.by_name.get(name)
        if buffer is None:
            return None
        return _Named(name, buffer, self.story.pieces_of.get(name, ()), buffer.size_bytes)


def _comes_apart(buffer: Buffer) -> bool:
    """Whether parts may lie apart: those of a pinned buffer have fixed places."""
    return buffer.splittable and buffer.pinned_offset_bytes is None


def _searched(certificate: Mapping[str, Any], bound: Bytes) -> str:
    capacity = certificate.get("capacity_bytes")
    if type(capacity) is not int:
        return "it does not say which bytes were searched"
    return "" if capacity < bound else f"packings of {capacity} bytes are no reason for a bound of {bound}"
