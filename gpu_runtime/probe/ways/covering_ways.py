"""A small set of ways through the program that takes every choice of a thread at least once."""

from __future__ import annotations

from dataclasses import dataclass

from warpack.gpu_runtime.probe.ways.choices import Choices
from warpack.gpu_runtime.probe.ways.program_outline import MOST_STEPS, Outline, ProbeTooLargeError, Step
from warpack.gpu_runtime.probe.ways.thread_teams import Teams
from warpack.gpu_runtime.probe.ways.trace import trace

MOST_WAYS = 12


@dataclass(frozen=True)
class Ways:
    """`choices`: how many outcomes loops, branches, tracks and calls have; `taken`: how many of them some way takes."""

    steps: tuple[tuple[Step, ...], ...]
    choices: int
    taken: int


def ways_of(outline: Outline, teams: Teams) -> Ways:
    """The first runs every loop twice. Raises ProbeTooLargeError where that takes too many steps; further ways that
    would take too many are left out."""
    choices = Choices(outline.body)
    found = [trace(outline, choices, teams)]
    choices.first = False
    total = len(found[0])
    while choices.left and len(found) < MOST_WAYS and total <= MOST_STEPS:
        before = choices.left
        try:
            steps = trace(outline, choices, teams)
        except ProbeTooLargeError:
            break
        if choices.left == before:
            break
        if steps and steps not in found:
            found.append(steps)
            total += len(steps)
    return Ways(tuple(found), choices.count, choices.count - choices.left)
