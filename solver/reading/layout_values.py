"""JSON values of a layout, each checked for its type, with every fault collected under its JSON pointer."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from warpack.solver.reading.collector import Collector, escaped

T = TypeVar("T")

MOST = 2**53 - 1
"""Larger integers are not exact JSON numbers (RFC 8785)."""


def pointed(pointer: str, key: str | int) -> str:
    """The pointer (RFC 6901) one step further."""
    return f"{pointer}/{escaped(key)}"


class Values:
    """Reads values. After a fault it returns some harmless value, so that reading goes on and finds the next fault too.
    Once the collector has problems, nothing that was read may be used."""

    def __init__(self, collector: Collector) -> None:
        self._collector = collector

    def fault(self, type_: str, pointer: str, message: str) -> None:
        self._collector.error(type_, pointer, message)

    def fields(
        self, value: Any, pointer: str, required: Iterable[str], optional: Iterable[str] = ()
    ) -> Mapping[str, Any]:
        """An object with these fields and no others; after a fault, the fields that are there."""
        if not isinstance(value, Mapping):
            self._collector.wrong_type(pointer, value, "an object")
            return {}
        known = sorted({*required, *optional})
        for key in value:
            if key not in known:
                hint = self._collector.hint(key, known) or f" Known are {', '.join(known)}."
                self.fault("unknown-field", pointed(pointer, key), f"There is no such field here.{hint}")
        for key in required:
            if key not in value:
                self.fault("missing-field", pointed(pointer, key), f"The field {key} is missing.")
        return value

    def integer(self, value: Any, pointer: str) -> int:
        if not isinstance(value, int) or isinstance(value, bool):
            self._collector.wrong_type(pointer, value, "an integer")
            return 0
        if not 0 <= value <= MOST:
            shown = value if abs(value) <= MOST else "beyond that"
            self.fault("out-of-range", pointer, f"Must be from 0 to {MOST}, and is {shown}.")
            return 0
        return value

    def optional_integer(self, value: Any, pointer: str) -> int | None:
        return None if value is None else self.integer(value, pointer)

    def number(self, value: Any, pointer: str) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= MOST:
            self._collector.wrong_type(pointer, value, "a number of at least 0")
            return 0.0
        return float(value)

    def text(self, value: Any, pointer: str) -> str:
        if not isinstance(value, str):
            self._collector.wrong_type(pointer, value, "a string")
            return ""
        return value

    def flag(self, value: Any, pointer: str) -> bool:
        if not isinstance(value, bool):
            self._collector.wrong_type(pointer, value, "true or false")
            return False
        return value

    def one_of(self, value: Any, pointer: str, choices: tuple[Any, ...]) -> Any:
        if not isinstance(value, str) or value not in choices:
            self._collector.wrong_type(pointer, value, "one of " + ", ".join(map(str, choices)))
            return choices[0]
        return value

    def each(self, value: Any, pointer: str, read: Callable[[Any, str], T]) -> tuple[T, ...]:
        """Every item of an array, read by `read(item, its pointer)`."""
        if not isinstance(value, list | tuple):
            self._collector.wrong_type(pointer, value, "an array")
            return ()
        return tuple(read(item, pointed(pointer, at)) for at, item in enumerate(value))

    def mapping(self, value: Any, pointer: str, read: Callable[[Any, str], T]) -> dict[str, T]:
        """Every value of an object with free keys."""
        if not isinstance(value, Mapping):
            self._collector.wrong_type(pointer, value, "an object")
            return {}
        return {str(key): read(item, pointed(pointer, key)) for key, item in value.items()}

    def free(self, value: Any, pointer: str) -> dict[str, Any]:
        """An object whose contents are not checked here (certificates, advice, reports)."""
        return self.mapping(value, pointer, lambda item, _: item)
