"""Answers that are ready as bytes, for whoever posts the same again: one look-up tells that they still stand.

Kept in memory, those asked for last. After a restart each is made anew when it is asked for.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

from warpack.service.api.answers.rendered import Rendered

_MOST_BYTES = 64 * 2**20


@dataclass(frozen=True, slots=True)
class ReadyAnswer(Rendered):
    """Of a finished job. `may_rise_on`: the architecture of a GPU that would reach a higher level than this has; empty
    where none would."""

    may_rise_on: str = ""


class ReadyAnswers:
    """By caller and hash of what was posted. For one event loop."""

    def __init__(self, most_bytes: int = _MOST_BYTES) -> None:
        self._most_bytes = most_bytes
        self._bytes = 0
        self._answers: OrderedDict[tuple[str, bytes], ReadyAnswer] = OrderedDict()

    def get(self, caller: str, posted: bytes) -> ReadyAnswer | None:
        key = caller, posted
        found = self._answers.get(key)
        if found is not None:
            self._answers.move_to_end(key)
        return found

    def keep(self, caller: str, posted: bytes, answer: ReadyAnswer) -> None:
        """`posted`: the hash of the bytes that it answers."""
        self.drop(caller, posted)
        if len(answer.body) > self._most_bytes // 8:
            return
        self._answers[caller, posted] = answer
        self._bytes += len(answer.body)
        while self._bytes > self._most_bytes:
            _, oldest = self._answers.popitem(last=False)
            self._bytes -= len(oldest.body)

    def drop(self, caller: str, posted: bytes) -> None:
        gone = self._answers.pop((caller, posted), None)
        if gone is not None:
            self._bytes -= len(gone.body)
