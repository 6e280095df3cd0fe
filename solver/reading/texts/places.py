"""Problems and warnings with the line and column of what they point at."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from warpack.solver.reading.texts.json_places import json_places
from warpack.solver.reading.texts.toml_text import toml_places
from warpack.solver.reading.texts.written import Form, Position, Written, prefixes
from warpack.solver.reading.texts.yaml_text import yaml_places
from warpack.solver.wire.problems import Place, Problem

_FINDERS: dict[Form, Callable[[str, frozenset[str]], dict[str, Position]]] = {
    "json": json_places,
    "toml": toml_places,
    "yaml": yaml_places,
}


def placed(problems: Iterable[Problem], written: Written | None) -> tuple[Problem, ...]:
    """The same problems, each with its place in the text, which was read as JSON values without fault. What points at a
    field that is missing has the place of the object that lacks it. The text is looked through once more, and only as
    far as the pointers go."""
    problems = tuple(problems)
    if written is None or all(problem.place is not None for problem in problems):
        return problems
    wanted = prefixes(frozenset(problem.pointer for problem in problems))
    found = _FINDERS[written.form](written.data.decode("utf-8-sig"), wanted)
    return tuple(problem if problem.place else _placed(problem, written.file, found) for problem in problems)


def _placed(problem: Problem, file: str, found: dict[str, Position]) -> Problem:
    pointer = problem.pointer
    while pointer and pointer not in found:
        pointer = pointer.rpartition("/")[0]
    return replace(problem, place=Place(file, *found.get(pointer, (1, 1))))
