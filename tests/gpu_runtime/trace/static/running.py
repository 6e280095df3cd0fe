"""Random kernels run in plain Python, for every input: what is needed at once, found without any analysis.

An array that a kernel makes notes each access in one list. An input is not a list of numbers: each time that the kernel
asks `x` for one, it gets the next of a list of answers, and all such lists are tried, up to a number.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

Event = tuple[str, int, bool, tuple[int, ...]]
"""Array, element, whether it is written, and the lines of the calls that led there and of the statement itself."""

ANSWERS = 3
MOST_EVENTS = 400
PROGRAM = "random program"


class EnoughError(Exception):
    """The run has gone on for long enough: a loop that the answers do not end."""


class Run:
    """One execution: its answers, and what it did to its arrays."""

    def __init__(self, answers: list[int]) -> None:
        self.answers, self.asked, self.events = answers, 0, list[Event]()

    def __getitem__(self, _index: object) -> int:
        self.asked += 1
        if self.asked > len(self.answers):
            if self.asked > 40:
                raise EnoughError
            self.answers.append(0)
        return self.answers[self.asked - 1]

    def note(self, name: str, element: int, written: bool) -> None:
        self.events.append((name, element, written, _lines()))
        if len(self.events) > MOST_EVENTS:
            raise EnoughError


class Noted:
    """An array, or a view of one, that notes what is done to its elements."""

    def __init__(self, run: Run, name: str, elements: list[int], values: dict[int, Any]) -> None:
        self.run, self.name, self.elements, self.values = run, name, elements, values

    def __len__(self) -> int:
        return len(self.elements)

    def __getitem__(self, index: int | slice) -> Any:
        if isinstance(index, slice):
            return Noted(self.run, self.name, self.elements[index], self.values)
        self.run.note(self.name, self.elements[index], False)
        return self.values.get(self.elements[index], 0)

    def __setitem__(self, index: int | slice, value: Any) -> None:
        for element in self.elements[index] if isinstance(index, slice) else [self.elements[index]]:
            self.run.note(self.name, element, True)
            self.values[element] = value


def runs(source: str, most: int = 40) -> Iterator[list[Event]]:
    """The events of each execution, of all inputs in order, up to a number of them."""
    answers: list[int] = []
    code = compile(source, PROGRAM, "exec")
    for _ in range(most):
        run = Run(answers)
        made = iter(["a", "b", "c"])

        def local_array(count: int, run: Run = run, made: Iterator[str] = made) -> Noted:
            return Noted(run, next(made, "d"), list(range(count)), {})

        names = {"local_array": local_array, "device": _same, "kernel": _same}
        exec(code, names)
        with suppress(EnoughError, IndexError):  # what it did so far counts
            names["kernel"](run, {})  # type: ignore[operator]
        yield run.events
        while answers and answers[-1] == ANSWERS - 1:
            answers.pop()
        if not answers:
            return
        answers[-1] += 1


def _lines() -> tuple[int, ...]:
    found, frame = [], sys._getframe(2)
    while frame is not None:
        if frame.f_code.co_filename == PROGRAM:
            found.append(frame.f_lineno)
        frame = frame.f_back  # type: ignore[assignment]
    return tuple(found[::-1])


def _same(function: Any) -> Any:
    return function


def needed(events: list[Event]) -> Iterator[tuple[tuple[int, ...], str]]:
    """Lines, and an array of which an element is needed when they access anything."""
    written: dict[tuple[str, int], int] = {}
    values: set[tuple[str, int, int]] = set()
    for time, (name, element, is_write, _) in enumerate(events):
        if is_write:
            written[name, element] = time
        if (name, element) in written:
            values.add((name, written[name, element], time))
    longest: dict[tuple[str, int], int] = {}
    for name, start, end in values:
        longest[name, start] = max(end, longest.get((name, start), end))
    for (name, start), end in longest.items():
        for *_, lines in events[start : end + 1]:
            yield lines, name
