"""The phases of a CuBIE integration, in the order in which they run, each with what it reads and writes.

The text is lifetimes.json; the solver's settings decide its conditions and counts. The step runs three times, so that
values passed from one step to the next are seen.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from warpack.gpu_runtime.adapters.cubie.expression import evaluate

LIFETIMES = Path(__file__).with_name("lifetimes.json")
OPERATIONS = ("read in place", "write in place", "read", "write", "update", "clobber")
STEPS_RUN = 3


@dataclass(frozen=True)
class Access:
    """`buffer` is a full name, or `full name#row` where the buffer has rows."""

    operation: str
    buffer: str


@dataclass(frozen=True)
class Moment:
    """One execution of a phase. `step` is -1 before the loop, else the count of the step."""

    phase: str
    step: int
    accesses: tuple[Access, ...]


@dataclass(frozen=True)
class Frame:
    """The scope of a script: the component of its bare names, its variables, and what `$name` stands for."""

    component: str
    variables: Mapping[str, Any]
    passed: Mapping[str, tuple[str, ...]]


class UnknownClassError(LookupError):
    """lifetimes.json does not describe this class of step or linear solver, or a component that its script runs is
    missing."""

    def __init__(self, class_name: str, component: str) -> None:
        self.class_name, self.component = class_name, component
        super().__init__(f"{class_name} ({component})")


@cache
def read_lifetimes() -> dict[str, Any]:
    """The data file; its head explains its terms. Callers must not change it."""
    text: dict[str, Any] = json.loads(LIFETIMES.read_text(encoding="utf-8"))
    return text


def is_described(class_name: str, buffer: str) -> bool:
    """Whether the data file gives a lifetime, with its reason, for this class's buffer."""
    return buffer in read_lifetimes()["buffers"].get(class_name, {})


class Script:
    """`sizes` are the sizes in elements by full name: buffers of no elements are never touched. `classes` are class
    names by component path; `facts` the variables that the conditions use (see `facts.facts_of`)."""

    def __init__(self, sizes: Mapping[str, int], classes: Mapping[str, str], facts: Mapping[str, Any]) -> None:
        text = read_lifetimes()
        step_class = classes["loop/algorithm"]
        if step_class not in text["steps"]:
            raise UnknownClassError(step_class, "loop/algorithm")
        self._text, self._step = text, text["steps"][step_class]
        self._sizes, self._classes, self._facts = sizes, classes, facts
        self.rows = {
            f"loop/algorithm/{name}": int(evaluate(count, facts))
            for name, count in self._step["rows"].items()
            if sizes.get(f"loop/algorithm/{name}")
        }

    def moments(self, passed: Mapping[str, Iterable[str]]) -> Iterator[Moment]:
        """`passed`: the groups of buffers that the loop's own phases name with `$` (zero_filled, controller, …)."""
        groups = {name: tuple(names) for name, names in passed.items()}
        loop = Frame("loop", self._facts, groups)
        algorithm = Frame("loop/algorithm", self._facts, groups)
        always = tuple(self._accesses({"ops": self._text["from_then_on"]}, loop))
        seeded = False
        for moment in self._integration(loop, algorithm):
            yield replace(moment, accesses=moment.accesses + always) if seeded else moment
            seeded |= moment.phase == "init.seed"

    def _integration(self, loop: Frame, algorithm: Frame) -> Iterator[Moment]:
        yield from self._run(self._text["once"], loop, -1)
        for step in range(STEPS_RUN):
            yield from self._run(self._text["before_step"], loop, step)
            yield from self._run(self._step["phases"], algorithm, step)
            yield from self._run(self._text["after_step"], loop, step)

    def _run(self, lines: list[dict[str, Any]], frame: Frame, step: int) -> Iterator[Moment]:
        for line in lines:
            if "if" in line and not evaluate(line["if"], frame.variables):
                continue
            if "phase" in line:
                accesses = tuple(self._accesses(line, frame))
                yield Moment(self._fill(line["phase"], frame.variables), step, accesses)
            elif "for" in line:
                for value in range(evaluate(line["from"], frame.variables), evaluate(line["to"], frame.variables)):
                    inner = Frame(frame.component, {**frame.variables, line["for"]: value}, frame.passed)
                    yield from self._run(line["do"], inner, step)
            elif "repeat" in line:
                for _ in range(line["repeat"]):
                    yield from self._run(line["do"], frame, step)
            else:
                yield from self._run(*self._called(line, frame), step)

    def _called(self, line: dict[str, Any], frame: Frame) -> tuple[list[dict[str, Any]], Frame]:
        """The script that a `use` line names, and the frame it runs in; `linear` means the class of that component."""
        component = f"{frame.component}/{line['at']}" if "at" in line else frame.component
        if component not in self._classes:
            raise UnknownClassError("nothing", component)
        name = self._classes[component] if line["use"] == "linear" else line["use"]
        if name not in self._text["scripts"]:
            raise UnknownClassError(name, component)
        variables, passed = dict(frame.variables), dict(frame.passed)
        for key in ("prefix", "zero_guess"):
            if key in line:
                variables[key] = self._fill(line[key], frame.variables) if key == "prefix" else line[key]
        for key in ("unknown", "rhs", "counter", "reads"):
            if key in line:
                passed[key] = tuple(self._names(line[key], frame))
        return self._text["scripts"][name], Frame(component, variables, passed)

    def _accesses(self, line: dict[str, Any], frame: Frame) -> Iterator[Access]:
        for entry in line["ops"]:
            entry, _, condition = entry.partition(" if ")
            if condition and not evaluate(condition, frame.variables):
                continue
            operation = next(name for name in OPERATIONS if entry.startswith(name + " "))
            for name in self._names(entry.removeprefix(operation), frame):
                yield from self._access(operation, name)
        if "rows_of" in line:
            buffer = f"{frame.component}/{line['rows_of']}"
            read_before = evaluate(line.get("read_before", "0"), frame.variables)
            updated_from = evaluate(line.get("updated_from", "0"), frame.variables)
            for row in range(self.rows.get(buffer, 0)):
                if "read_before" in line:
                    if row < read_before:
                        yield Access("read", f"{buffer}#{row}")
                else:
                    # What follows adds zero to rows whose work is done: their bytes change, their contents are dead.
                    yield Access("update" if row >= updated_from else "clobber", f"{buffer}#{row}")

    def _access(self, operation: str, name: str) -> Iterator[Access]:
        buffer, _, row = name.partition("#")
        if not self._sizes.get(buffer):
            return
        if row or buffer not in self.rows:
            yield Access(operation, name)
        else:
            for number in range(self.rows[buffer]):
                yield Access(operation, f"{buffer}#{number}")

    def _names(self, text: str, frame: Frame) -> Iterator[str]:
        for word in self._fill(text, frame.variables).split():
            if word.startswith("$"):
                yield from frame.passed.get(word[1:], ())
            elif word.startswith("loop."):
                yield f"loop/{word[5:]}"
            else:
                yield f"{frame.component}/{word}"

    def _fill(self, text: str, variables: Mapping[str, Any]) -> str:
        """The text with every `{expression}` worked out."""
        head, brace, rest = text.partition("{")
        if not brace:
            return text
        expression, _, tail = rest.partition("}")
        return f"{head}{evaluate(expression, variables)}{self._fill(tail, variables)}"
