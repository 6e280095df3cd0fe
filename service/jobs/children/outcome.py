"""How a child process ended."""

from __future__ import annotations

import signal
from dataclasses import dataclass
from typing import Literal

from warpack.gpu_runtime.child_process import reason_of
from warpack.service.jobs.children.main import LOST, OVER_MEMORY

Ended = Literal["answered", "crashed", "killed", "over-memory", "overdue", "unwanted"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """`answered`: the child answered. `crashed`: it ended by itself without an answer. `killed`: a signal that was not
    ours killed it. `over-memory`: it needed more memory than it may have. `overdue`: it was stopped at its time limit.
    `unwanted`: it was stopped because nobody wants the answer any longer; it may still have answered with its best.
    `last_lines` are those of standard error."""

    ended: Ended
    answer: bytes | None
    last_lines: str


def without_answer(code: int | None, last_lines: str) -> Ended:
    """How a child ended that gave no answer and that we did not stop. `code` is what its guard told. It is None if the
    guard was killed itself."""
    if code is None or code == LOST:
        return "killed"
    if code == -signal.SIGXCPU:
        return "overdue"
    if code == OVER_MEMORY:
        return "over-memory"
    reason: Ended = reason_of(code, last_lines)
    return reason
