"""Which line of the caller's program each part of the document comes from."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import replace

from warpack.solver.wire.problems import Place, Problem

_OURS = __name__.rpartition(".")[0]


def site() -> Place:
    """The line of the innermost call that does not lie in the builder itself."""
    frame = sys._getframe(1)
    while frame.f_back is not None and frame.f_globals.get("__name__", "").startswith(_OURS):
        frame = frame.f_back
    return Place(frame.f_code.co_filename, frame.f_lineno)


class Sites:
    """Places by JSON pointer. `whole`: the place of all that has none of its own."""

    def __init__(self, whole: Place) -> None:
        self._found = {"": whole}

    def put(self, pointer: str, place: Place) -> None:
        self._found[pointer] = place

    def placed(self, problems: Iterable[Problem]) -> tuple[Problem, ...]:
        """The problems, each with the place of what it points at, or of the nearest thing around it."""
        return tuple(
            problem if problem.place else replace(problem, place=self._at(problem.pointer)) for problem in problems
        )

    def _at(self, pointer: str) -> Place:
        while pointer not in self._found:
            pointer = pointer.rpartition("/")[0]
        return self._found[pointer]
