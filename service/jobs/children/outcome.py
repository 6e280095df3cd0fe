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
    """`answered`: it did. `crashed`: it ended by itself without an answer. `killed`: by a signal that was not ours.
    `over-memory`: it needed more than it may have. `overdue`: it was stopped at its limit. `unwanted`: it was stopped
    because nobody wants the answer; it may have one nevertheless, the best it had. `last_lines` of standard error."""

    ended: Ended
    answer: bytes | None
    last_lines: str


def without_answer(code: int | None, last_lines: str) -> Ended:
    """How a child ended that gave no answer, and that we did not stop. `code`: what its guard told; None where the
    guard could not tell, because it was killed itself."""
    if code is None or code == LOST:
        return "killed"
    if code == -signal.SIGXCPU:
        return "overdue"
    if code == OVER_MEMORY:
        return "over-memory"
    reason: Ended = reason_of(code, last_lines)
    return reason
