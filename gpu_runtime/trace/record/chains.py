"""Values that are added to in vain: `row[i] += x`, again and again, and nobody reads the row before it is written anew.

Such a statement reads the element, but what it reads goes nowhere else than back to it. So the element is not needed
from one such statement to the next: only while it is written.
"""

from __future__ import annotations

from warpack.gpu_runtime.trace.record.elements import READ, Contents, Usage
from warpack.gpu_runtime.trace.record.moments import Moments

_NEVER = -1


class ChainedContents(Contents):
    """Contents of which augmented assignments read nothing where nobody reads what they write."""

    __slots__ = ("_augmented", "_before", "_chains", "_moments")

    def __init__(self, usage: Usage, moments: Moments) -> None:
        super().__init__(usage)
        self._moments = moments
        self._augmented: dict[tuple[int, int], bool] = {}
        self._before: dict[int, int] = {}
        """For each element the read before the last one, of the contents that it has."""
        self._chains: dict[int, list[tuple[int, int, int]]] = {}
        """For each element the values that augmented assignments have replaced since it was last read otherwise: since
        when, the last read before the assignment, and the assignment's."""

    def access(self, element: int, time: int, kind: int) -> None:
        held = self._open.get(element)
        if kind == READ:
            if held is not None:
                self._before[element] = held[1]
            super().access(element, time, kind)
            return
        if held is not None and self._is_augmented(held[1], time):
            self.usage.writes[time] += 1
            before = self._before.get(element, _NEVER)
            self._chains.setdefault(element, []).append((held[0], before, held[1]))
            self._open[element] = (time, _NEVER)
        else:
            super().access(element, time, kind)
        self._before[element] = _NEVER

    def _close(self, element: int, since: int, last: int) -> None:
        super()._close(element, since, last)
        in_vain = last == _NEVER
        for start, read, again in reversed(self._chains.pop(element, ())):
            super()._close(element, start, read if in_vain else again)
            in_vain = in_vain and read == _NEVER

    def _is_augmented(self, read: int, write: int) -> bool:
        """Whether one augmented assignment has read and then written: both are at one place of the source."""
        found = self._augmented.get((read, write))
        if found is None:
            moments = self._moments
            one, other = (moments.places[moments.place_of[time]].path for time in (read, write))
            same = read != _NEVER and one == other and moments.keys[read][:-1] == moments.keys[write][:-1]
            found = self._augmented[read, write] = same
        return found
