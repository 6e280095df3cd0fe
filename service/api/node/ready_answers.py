"""Keeps answers as bytes, for callers who post the same bytes again. One look-up tells whether an answer still holds.

The answers asked for last are kept in memory. After a restart, each is made anew when it is asked for.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

from warpack.service.api.answers.rendered import Rendered

_MOST_BYTES = 64 * 2**20


@dataclass(frozen=True, slots=True)
class ReadyAnswer(Rendered):
    """The answer of a finished job. `may_rise_on` is the architecture of a GPU on which the job could reach a higher
    level; empty if no GPU could."""

    may_rise_on: str = ""


class ReadyAnswers:
    """Answers by caller and by the hash of the posted bytes. For one event loop."""

    def __init__(self, most_bytes: int = _MOST_BYTES) -> None:
        self._most_bytes = most_bytes
        self._bytes = 0
        self._answers: OrderedDict[tuple[str, bytes], ReadyAnswer] = OrderedDict()

    def get(self, caller: str, posted: bytes) -> ReadyAnswer | None:
        """The kept answer to this caller's bytes, if there is one."""
        key = caller, posted
        found = self._answers.get(key)
        if found is not None:
            self._answers.move_to_end(key)
        return found

    def keep(self, caller: str, posted: bytes, answer: ReadyAnswer) -> None:
        """`posted` is the hash of the bytes that were answered."""
        self.drop(caller, posted)
        if len(answer.body) > self._most_bytes // 8:
            return
        self._answers[caller, posted] = answer
        self._bytes += len(answer.body)
        while self._bytes > self._most_bytes:
            _, oldest = self._answers.popitem(last=False)
            self._bytes -= len(oldest.body)

    def drop(self, caller: str, posted: bytes) -> None:
        """Forgets the answer to this caller's bytes."""
        gone = self._answers.pop((caller, posted), None)
        if gone is not None:
            self._bytes -= len(gone.body)
