"""How a child process ended."""

from __future__ import annotations

import signal
from dataclasses import dataclass
from typing import Literal

from warpack.service.jobs.child_main import OVER_MEMORY

Ended = Literal["answered", "crashed", "killed", "over-memory", "overdue", "unwanted"]

_FROM_OUTSIDE = frozenset({signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT})
"""Signals that a process does not get for what it does itself. SIGKILL is the kernel's, when memory is short."""

_OUT_OF_MEMORY = ("MemoryError", "bad_alloc", "out of memory", "Cannot allocate memory", "can't start new thread")
"""What Python, C++, LLVM, the C library and Python's threads say last where they get no more memory."""


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
    if code is None or -code in _FROM_OUTSIDE:
        return "killed"
    if code == -signal.SIGXCPU:
        return "overdue"
    said = last_lines.splitlines()[-3:]
    if code == OVER_MEMORY or any(words in line for line in said for words in _OUT_OF_MEMORY):
        return "over-memory"
    return "crashed"
