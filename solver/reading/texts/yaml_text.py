"""YAML to JSON values, by the core schema of YAML 1.2: no word but true, false and null is anything but a string.

PyYAML only splits the text into events; what they mean is decided here. So `no` and `12:30` are strings, `010`, which
is 8 to YAML 1.1 and 10 to YAML 1.2, is refused, tags make no objects, a key stands once, and aliases, which may stand
for very much text, are bounded.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from warpack.solver.reading.collector import Collector, escaped, show
from warpack.solver.reading.texts.written import Position
from warpack.solver.reading.texts.yaml_words import AMBIGUOUS, STRING_TAGS, meaning

MOST_DEPTH = 64
MOST_ALIASED = 100_000
"""The most values that aliases may stand for, all together."""

_NONE: frozenset[str] = frozenset()


class _Fault(Exception):
    """Nothing can be read beyond this."""

    def __init__(self, type_: str, message: str, mark: Any) -> None:
        self.type, self.message, self.at = type_, message, _position(mark)
        super().__init__(message)


def yaml_values(collector: Collector, text: str, file: str) -> Any:
    """The one document of the text as JSON values; None, and a problem, where it cannot be read. Values that aliases
    name are shared. Raises ModuleNotFoundError without PyYAML."""
    import yaml

    composer = _Composer(text, _NONE, collector, file)
    try:
        return composer.document()
    except _Fault as fault:
        collector.error(fault.type, "", fault.message, place=(file, fault.at))
    except yaml.MarkedYAMLError as error:
        at = _position(error.problem_mark or error.context_mark)
        where = f" in line {at[0]}, column {at[1]}" if at else ""
        collector.error("not-yaml", "", f"This is not YAML: {error.problem or error.context}{where}.", place=(file, at))
    except yaml.YAMLError as error:  # a character that may not stand in YAML
        collector.error("not-yaml", "", f"This is not YAML: {' '.join(str(error).split())}.", place=(file, None))
    return None


def yaml_places(text: str, wanted: frozenset[str]) -> dict[str, Position]:
    """The position of each wanted pointer: of a member its key, of a list's item its value. The text was read without
    such faults as end the reading."""
    composer = _Composer(text, wanted, Collector(), "")
    composer.document()
    return composer.found


def _position(mark: Any) -> Position | None:
    return None if mark is None else (mark.line + 1, mark.column + 1)


class _Composer:
    """Values from events. `wanted`: pointers whose positions are kept in `found`."""

    def __init__(self, text: str, wanted: frozenset[str], collector: Collector, file: str) -> None:
        import yaml

        loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        self.events: Iterator[Any] = yaml.parse(text, Loader=loader)
        self.kinds = yaml.events
        self.collector, self.wanted, self.file = collector, wanted, file
        self.found: dict[str, Position] = {}
        self._anchors: dict[str, tuple[Any, int]] = {}
        self._open: set[str] = set()
        self._read = self._aliased = 0

    def document(self) -> Any:
        next(self.events)
        first = next(self.events)
        if isinstance(first, self.kinds.StreamEndEvent):
            raise _Fault("not-yaml", "This is not YAML: The text is empty.", None)
        begins = next(self.events)
        value = self._node(begins, "", 0)
        next(self.events)
        more = next(self.events)
        if not isinstance(more, self.kinds.StreamEndEvent):
            raise _Fault("not-yaml", "A second document begins here, and one is read.", more.start_mark)
        return value

    def _mark(self, at: str, event: Any) -> None:
        if at in self.wanted and at not in self.found:
            self.found[at] = (event.start_mark.line + 1, event.start_mark.column + 1)

    def _node(self, event: Any, at: str, depth: int) -> Any:
        self._mark(at, event)
        if isinstance(event, self.kinds.AliasEvent):
            return self._alias(event)
        self._read += 1
        before, anchor = self._read + self._aliased, event.anchor
        if anchor is not None:
            self._open.add(anchor)
        if isinstance(event, self.kinds.ScalarEvent):
            value = self._scalar(event, at)
        else:
            if depth == MOST_DEPTH:
                message = "The document is nested too deeply to be a manifest or a layout."
                raise _Fault("nested-too-deeply", message, event.start_mark)
            mapping = isinstance(event, self.kinds.MappingStartEvent)
            wanted_tag = f"tag:yaml.org,2002:{'map' if mapping else 'seq'}"
            if event.tag not in (None, "!", wanted_tag):
                self._problem("bad-tag", at, f"Tags make no objects here, and this is {show(event.tag)}.", event)
            value = self._object(at, depth) if mapping else self._list(at, depth)
        if anchor is not None:
            self._open.discard(anchor)
            self._anchors[anchor] = value, self._read + self._aliased - before + 1
        return value

    def _alias(self, event: Any) -> Any:
        name = event.anchor
        if name in self._open:
            raise _Fault("endless-alias", f"The alias *{name} stands inside what it names.", event.start_mark)
        if name not in self._anchors:
            raise _Fault("not-yaml", f"The alias *{name} names nothing above it.", event.start_mark)
        value, size = self._anchors[name]
        self._aliased += size
        if self._aliased > MOST_ALIASED:
            message = f"Aliases stand for more than {MOST_ALIASED} values up to here, the most that are read."
            raise _Fault("too-many-aliases", message, event.start_mark)
        return value

    def _list(self, at: str, depth: int) -> list[Any]:
        items: list[Any] = []
        while not isinstance(event := next(self.events), self.kinds.SequenceEndEvent):
            items.append(self._node(event, f"{at}/{len(items)}", depth + 1))
        return items

    def _object(self, at: str, depth: int) -> dict[str, Any]:
        members: dict[str, Any] = {}
        while not isinstance(event := next(self.events), self.kinds.MappingEndEvent):
            if not isinstance(event, self.kinds.ScalarEvent):
                raise _Fault("wrong-type", "Keys of an object must be strings.", event.start_mark)
            key = event.value
            inner = f"{at}/{escaped(key)}"
            self._mark(inner, event)
            if not isinstance(self._scalar(event, inner), str):
                message = f"Keys of an object must be strings, and this is {key or 'empty'}: put it in quotes."
                self._problem("wrong-type", inner, message, event)
            if key in members:
                self._problem("duplicate-key", inner, f"The key {show(key)} stands here twice.", event)
            members[key] = self._node(next(self.events), inner, depth + 1)
        return members

    def _scalar(self, event: Any, at: str) -> Any:
        text: str = event.value
        if event.tag not in STRING_TAGS:
            self._problem("bad-tag", at, f"Tags make no values here, and this is {show(event.tag)}.", event)
        if event.tag is not None or not event.implicit[0]:
            return text
        if AMBIGUOUS.fullmatch(text):
            plain = text.lstrip("+-").lstrip("0") or "0"
            message = f"{text} is octal to some readers of YAML and decimal to others: write {plain} or 0o{plain}."
            self._problem("ambiguous-number", at, message, event)
        return meaning(text)

    def _problem(self, type_: str, at: str, message: str, event: Any) -> None:
        self.collector.error(type_, at, message, place=(self.file, _position(event.start_mark)))
