"""A timeline that lifetimes are read against: phases by name or index, spans and intervals in either form."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from warpack.solver.reading.collector import Collector, show, spelled
from warpack.solver.reading.structures import Tree
from warpack.solver.wire.manifest import Interval, Span, Timeline
from warpack.solver.wire.units import Phase


class Clock:
    """`phases_sound` is False where the phases themselves were wrong. `sound` is False where the phases or the
    structures over them were. Nothing is checked against what could not be read. The barriers of `timeline` are read
    last, when its callers are known (`warpack.solver.reading.barriers`)."""

    def __init__(
        self, collector: Collector, timeline: Timeline, tree: Tree, *, phases_sound: bool, sound: bool
    ) -> None:
        self.timeline = timeline
        self.tree = tree
        self.phases_sound = phases_sound
        self.sound = sound
        self.collector = collector
        self._edges: dict[Phase, list[Phase]] | None = None
        names = timeline.names
        self._index = {} if names is None else {name: index for index, name in enumerate(names)}

    @property
    def names(self) -> Iterable[str]:
        return self._index

    def edges_to(self, head: Phase) -> Sequence[Phase]:
        """The last phases of the loops that start at this one."""
        if self._edges is None:
            self._edges = {}
            for loop in self.timeline.loops:
                self._edges.setdefault(loop.start, []).append(loop.end - 1)
        return self._edges.get(head, ())

    def phase(self, value: Any, pointer: str) -> Phase | None:
        """The index of one phase, given by index or by name."""
        if type(value) is int:
            if 0 <= value < self.timeline.length:
                return value
            if self.phases_sound:
                last = self.timeline.length - 1
                message = f"There is no phase {show(value)}: the timeline's phases are 0 to {last}."
                self.collector.error("unknown-phase", pointer, message)
        elif isinstance(value, str):
            if value in self._index:
                return self._index[value]
            if self.phases_sound:
                hint = self.collector.hint(value, self._index)
                if not self._index:
                    hint = " The timeline gives a length and no names."
                self.collector.error("unknown-phase", pointer, f"There is no phase {show(value)}.{hint}")
        else:
            self.collector.wrong_type(pointer, value, "a phase: its name or its index")
        return None

    def phases(self, value: Any, pointer: str) -> tuple[Phase, ...] | None:
        """A list of phases, sorted, each once; None (and problems) where one of them is wrong."""
        if not isinstance(value, list):
            self.collector.wrong_type(pointer, value, "a list of phases")
            return None
        length = self.timeline.length
        found: set[Phase] = set()
        sound = True
        for index, one in enumerate(value):
            phase = one if type(one) is int and 0 <= one < length else self.phase(one, f"{pointer}/{index}")
            if phase is None:
                sound = False
            else:
                found.add(phase)
        return tuple(sorted(found)) if sound else None

    def interval(self, value: Any, pointer: str, what: str = "interval") -> Interval | None:
        """`[start, end)` in indices, or `["first", "last"]` in names. An interval that starts after its end is returned
        as it is."""
        if not isinstance(value, list) or len(value) != 2:
            expected = f'{_a(what)}: [start, end) in indices or ["first", "last"] in names'
            self.collector.wrong_type(pointer, value, expected)
            return None
        start, end = value
        if type(start) is int and type(end) is int:
            return self._of_indices(start, end, pointer, what)
        if isinstance(start, str) and isinstance(end, str):
            first, last = self.phase(start, f"{pointer}/0"), self.phase(end, f"{pointer}/1")
            return None if first is None or last is None else Interval(first, last + 1)
        for index, one in enumerate(value):
            if type(one) is not int and not isinstance(one, str):
                self.collector.wrong_type(f"{pointer}/{index}", one, "a phase: its name or its index")
        if type(start) in (int, str) and type(end) in (int, str):
            message = f"The ends of {_a(what)} must both be indices, or both be names."
            self.collector.error("mixed-interval", pointer, message)
        return None

    def _of_indices(self, start: int, end: int, pointer: str, what: str) -> Interval | None:
        length = self.timeline.length
        if start == end:
            message = f"The {what} {spelled([start, end])} is empty: the end must lie after the start."
            if 0 <= start < length:
                message += f" For the phase {start} alone write {spelled([start, start + 1])}."
            self.collector.error("empty-interval", pointer, message)
        elif 0 <= start < length and 0 < end <= length:
            return Interval(start, end)
        elif self.phases_sound:
            message = f"The {what} {spelled([start, end])} leaves the timeline of {length} phases."
            self.collector.error("interval-outside-timeline", pointer, message)
        return None

    def span(self, value: Any, pointer: str, what: str) -> Span | None:
        """The phases of a structure: an interval that does not end before it starts."""
        interval = self.interval(value, pointer, what)
        if interval is None:
            return None
        if interval.start < interval.end:
            return interval.start, interval.end
        message = f"The {what} {spelled(value)} ends before it starts: its first phase comes first."
        self.collector.error("bad-loop" if what == "loop" else "bad-span", pointer, message)
        return None

    def named(self, phase: Phase) -> str:
        """The phase's name, or its index where it has none."""
        return str(phase) if self.timeline.names is None else show(self.timeline.names[phase])

    def spell(self, first: Phase, last: Phase, like: Any) -> str:
        """The phases from `first` to `last`, in the form of an interval that the user wrote."""
        names = self.timeline.names
        in_names = names is not None and isinstance(like, list) and any(isinstance(one, str) for one in like)
        return spelled([names[first], names[last]] if in_names and names is not None else [first, last + 1])


def _a(what: str) -> str:
    return f"an {what}" if what[0] in "aeiou" else f"a {what}"
