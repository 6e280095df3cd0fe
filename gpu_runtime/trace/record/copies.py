"""The copies of a work array: one a block, or one a thread, and what was done to their elements."""

from __future__ import annotations

from collections import defaultdict
from typing import NamedTuple, Protocol

from warpack.gpu_runtime.trace.record import races
from warpack.gpu_runtime.trace.record.elements import Contents
from warpack.gpu_runtime.trace.record.races import Access, Knows
from warpack.gpu_runtime.trace.record.sites import Recording, Site


class Copy(Protocol):
    """Where accesses go."""

    def note(self, site: Site, element: int, access: Access) -> None: ...


class LocalCopy:
    """The copy of one thread: what it does comes in order of time."""

    def __init__(self, site: Site) -> None:
        self._contents = Contents(site.usage)

    def note(self, site: Site, element: int, access: Access) -> None:
        site.usage.came_by(access.time, access.thread)
        self._contents.access(element, access.time, access.kind)

    def end(self) -> None:
        self._contents.end()


class SharedCopy:
    """The copy of a block. Accesses are kept until the block's next barrier, and then taken in order of time."""

    def __init__(self, recording: Recording, site: Site, block: int) -> None:
        self._recording, self._site, self._block = recording, site, block
        self._contents = Contents(site.usage)
        self._kept: dict[int, list[Access]] = defaultdict(list)

    def note(self, site: Site, element: int, access: Access) -> None:
        self._kept[element].append(access)

    def barrier(self, knows: Knows) -> None:
        """All threads of the block wait here, or have ended."""
        moments, threads = self._recording.moments, self._site.usage.threads
        for element, accesses in self._kept.items():
            touched = 0
            for access in accesses:
                touched |= 1 << access.thread
            threads[element] |= touched
            if touched & (touched - 1):
                accesses.sort(key=lambda access: (moments.keys[access.time], access.thread))
                found = self._recording.races.setdefault(self._site.number, {})
                races.find(accesses, (self._block, element), knows, moments.place_of, found)
            for access in accesses:
                self._site.usage.came_by(access.time, access.thread)
                self._contents.access(element, access.time, access.kind)
        self._kept.clear()

    def end(self) -> None:
        self._contents.end()


class Touch(NamedTuple):
    """An access of dynamic shared memory through an array."""

    access: Access
    site: Site


class DynamicCopy:
    """A block's dynamic shared memory. Which buffers are carved out of it is known at the end (carving)."""

    def __init__(self, recording: Recording, block: int) -> None:
        self.touches: dict[int, list[Touch]] = defaultdict(list)
        """By the first byte, those between two barriers in order of time."""
        self._recording, self.block = recording, block
        self._kept: dict[int, list[Touch]] = defaultdict(list)

    def note(self, site: Site, element: int, access: Access) -> None:
        """`element`: the first byte."""
        self._kept[element].append(Touch(access, site))

    def barrier(self, knows: Knows) -> None:
        moments = self._recording.moments
        for byte, touches in self._kept.items():
            touches.sort(key=lambda touch: (moments.keys[touch.access.time], touch.access.thread))
            if len({touch.access.thread for touch in touches}) > 1:
                found = self._recording.races.setdefault(touches[0].site.number, {})
                accesses = [touch.access for touch in touches]
                races.find(accesses, (self.block, byte), knows, moments.place_of, found)
            self.touches[byte] += touches
        self._kept.clear()
