"""Reads the fields of one JSON object: checks types, ranges and choices, and refuses unknown fields."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any, TypeVar

from warpack.solver.reading.collector import LARGEST as LARGEST
from warpack.solver.reading.collector import Collector, escaped, show, unquoted

Choice = TypeVar("Choice", bound=str)


_MEANT = {
    **dict.fromkeys(("size_bytes", "bytes", "nbytes"), ("size", "in elements of the dtype, not in bytes")),
    **dict.fromkeys(("elements", "count", "shape"), ("size", "in elements of the dtype")),
    "type": ("dtype", "the type of one element"),
}
"""Words for a field that has another name here, and what that field holds."""


class Fields:
    """One object of the document. The getter of a field that is absent, or wrong (which is then noted), returns the
    default."""

    __slots__ = ("at", "collector", "is_object", "values")

    def __init__(self, collector: Collector, value: Any, at: str, known: Collection[str], required: Iterable[str] = ()):
        self.collector = collector
        self.at = at
        self.is_object = isinstance(value, dict)
        if not isinstance(value, dict):
            collector.wrong_type(at, value, "an object")
            self.values: dict[str, Any] = {}
            return
        self.values = value
        if not all(map(known.__contains__, value)):
            for key in value:
                if key not in known:
                    self._unknown(key, known)
        for key in required:
            if key not in value:
                collector.error("missing-field", f"{at}/{key}", f"The field `{key}` is required.")

    def _unknown(self, key: str, known: Collection[str]) -> None:
        meant, what = _MEANT.get(key, ("", ""))
        hint = f" Did you mean `{meant}`, {what}?" if meant in known else self.collector.hint(key, known)
        hint = hint or f" Known here: {', '.join(sorted(known))}."
        message = f"There is no field {show(key)} here.{hint}"
        self.collector.error("unknown-field", f"{self.at}/{escaped(key)}", message)

    def __contains__(self, key: str) -> bool:
        return key in self.values

    def pointer(self, key: str) -> str:
        return f"{self.at}/{key}"

    def integer(self, key: str, default: int, low: int, high: int | None = None) -> int:
        """`high` None: the largest that the document may hold."""
        value = self.values.get(key, default)
        high = self.collector.largest if high is None else high
        if type(value) is int and low <= value <= high:
            return value
        self._not_integer(key, value, low, high)
        return default

    def optional_integer(self, key: str, low: int, high: int | None = None) -> int | None:
        """Null and absence both mean None."""
        value = self.values.get(key)
        high = self.collector.largest if high is None else high
        if value is None or (type(value) is int and low <= value <= high):
            return value
        self._not_integer(key, value, low, high)
        return None

    def _not_integer(self, key: str, value: Any, low: int, high: int) -> None:
        if type(value) is int:
            message = f"`{key}` must lie between {low} and {high}, and is {show(value)}."
            self.collector.error("out-of-range", self.pointer(key), message)
        else:
            without = unquoted(value, of_bytes=key.endswith("_bytes"))
            message = f"`{key}` must be an integer, and is {show(value)}.{without}"
            self.collector.error("not-an-integer", self.pointer(key), message)

    def flag(self, key: str, default: bool) -> bool:
        value = self.values.get(key, default)
        if value is True or value is False:
            return bool(value)
        self.collector.wrong_type(self.pointer(key), value, "true or false")
        return default

    def choice(self, key: str, default: Choice, choices: tuple[Choice, ...]) -> Choice:
        value = self.values.get(key, default)
        for choice in choices:
            if value == choice:
                return choice
        self.unknown_value(key, value, choices)
        return default

    def integer_or_word(
        self, key: str, default: int | Choice, words: tuple[Choice, ...], low: int, high: int | None, what: str
    ) -> int | Choice:
        """`what`: the integer in words, for messages."""
        value = self.values.get(key, default)
        if type(value) is int:
            return self.integer(key, low, low, high)
        for word in words:
            if value == word:
                return word
        if isinstance(value, str):
            self.unknown_value(key, value, words, f" or {what}")
        else:
            message = f"`{key}` must be {_listed(words)} or {what}, and is {show(value)}."
            self.collector.error("not-an-integer", self.pointer(key), message)
        return default

    def unknown_value(self, key: str, value: Any, choices: Collection[str], other: str = "") -> None:
        """`other`: what the value may be besides, as the words that follow."""
        among = f"{_listed(choices)}{other}" if other else f"one of {_listed(choices)}"
        if isinstance(value, str):
            hint = other and unquoted(value, of_bytes=key.endswith("_bytes"))
            hint = hint or self.collector.hint(value, choices)
            message = f"`{key}` must be {among}, and is {show(value)}.{hint}"
            self.collector.error("unknown-value", self.pointer(key), message)
        else:
            self.collector.wrong_type(self.pointer(key), value, among)

    def sequence(self, key: str) -> list[Any] | None:
        """The list under this key; None if it is absent, or not a list (which is noted)."""
        if key not in self.values:
            return None
        value = self.values[key]
        if isinstance(value, list):
            return value
        self.collector.wrong_type(self.pointer(key), value, "a list")
        return None


def _listed(words: Iterable[str]) -> str:
    return ", ".join(f'"{word}"' for word in words)
