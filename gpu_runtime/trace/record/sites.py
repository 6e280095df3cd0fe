"""The work arrays of a kernel, and everything that its runs have shown."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

import numpy as np

from warpack.gpu_runtime.trace.positions import Path, TwoNames
from warpack.gpu_runtime.trace.record.elements import Usage
from warpack.gpu_runtime.trace.record.moments import Moments
from warpack.gpu_runtime.trace.record.races import Races

SHARED, LOCAL, DYNAMIC = "shared", "local", "dynamic"


@dataclass(eq=False, slots=True)
class Site:
    """One work array of the kernel, as opposed to its copies in each block or thread.

    `place`: where it is made. Of a slice of dynamic shared memory: `cut_from` what, and where it starts in bytes, for
    each block and thread. `size_bytes`: the most.
    """

    number: int
    place: int
    path: Path
    space: str
    dtype: np.dtype[np.generic]
    shape: tuple[int, ...]
    alignment_bytes: int | None = None
    cut_from: Site | None = None
    starts: dict[tuple[int, int], set[int]] = field(default_factory=lambda: defaultdict(set))
    size_bytes: int = 0
    threads_per_run: int | None = None
    """Of a slice: how many threads have one of their own together; None: one for the block."""
    usage: Usage = field(default_factory=Usage)
    name: str = ""
    """Where it is not that of the variable which the array is bound to."""


@dataclass(frozen=True, slots=True)
class SeenBarrier:
    """A barrier that was met. `scope`: 'block' or 'warp'. `lanes`: of a warp's, the fewest threads that waited
    together as an aligned group; 0 where they were none."""

    scope: str
    lanes: int = 0


@dataclass(eq=False, slots=True)
class Recording:
    """What all launches of one kernel have shown so far."""

    kernel: str
    file: str
    line: int
    moments: Moments = field(default_factory=Moments)
    sites: list[Site] = field(default_factory=list)
    races: dict[int, Races] = field(default_factory=dict)
    """By the number of the array."""
    barriers: dict[int, SeenBarrier] = field(default_factory=dict)
    blocks: int = 0
    block_shapes: set[tuple[int, int, int]] = field(default_factory=set)
    launches: set[tuple[tuple[int, int, int], int]] = field(default_factory=set)
    """The shape of the block and the bytes of dynamic shared memory of each kind of launch."""
    notes: list[str] = field(default_factory=list)
    two_names: list[TwoNames] = field(default_factory=list)
    _numbers: dict[tuple[object, ...], Site] = field(default_factory=dict)

    def site(self, key: tuple[object, ...], place: int, space: str, dtype: np.dtype[np.generic],
             shape: tuple[int, ...]) -> Site:  # fmt: skip
        """The site made at a place with this element and shape."""
        found = self._numbers.get((*key, space, dtype, shape))
        if found is None:
            path = self.moments.places[place].path
            found = Site(number=len(self.sites), place=place, path=path, space=space, dtype=dtype, shape=shape)
            self._numbers[(*key, space, dtype, shape)] = found
            self.sites.append(found)
        return found

    def given(self, path: Path, name: str, space: str, dtype: np.dtype[np.generic], shape: tuple[int, ...]) -> Site:
        """A work array that the kernel does not make itself."""
        found = Site(number=len(self.sites), place=0, path=path, space=space, dtype=dtype, shape=shape, name=name)
        self.sites.append(found)
        return found

    def met(self, place: int, barrier: SeenBarrier) -> None:
        before = self.barriers.get(place, barrier)
        self.barriers[place] = min(before, barrier, key=lambda one: one.lanes)
