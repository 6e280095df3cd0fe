"""Which slices of dynamic shared memory are buffers, told from where they start.

One start for all threads: a buffer of the block. One start for each thread, or for each group of threads in a row: a
buffer of the run. Several starts for one thread: a row that moves, which belongs to what it is cut from.
"""

from __future__ import annotations

from collections import defaultdict
from itertools import pairwise

from warpack.gpu_runtime.trace.record.sites import Site


class Windows:
    """The slices of one kernel. Some are taken for no buffers after all, or for the same one."""

    def __init__(self) -> None:
        self._none: set[int] = set()
        self._same: dict[int, Site] = {}
        self._runs: dict[int, int | None] = {}

    def owner(self, site: Site) -> Site:
        """The buffer that an access through `site` belongs to: the deepest slice that is one, or all memory."""
        while (parent := site.cut_from) is not None:
            if site.number in self._same:
                site = self._same[site.number]
            elif site.number not in self._none and self.threads_per_run(site) != 0:
                return site
            else:
                site = parent
        return site

    def threads_per_run(self, site: Site) -> int | None:
        """How many threads share one copy; None: all of the block; 0: the slice is no buffer."""
        if site.number not in self._runs:
            self._runs[site.number] = None if site.cut_from is None else _threads_per_run(site)
        return self._runs[site.number]

    def join(self, one: Site, other: Site) -> None:
        """The two have contents in common: one buffer under two names, or parts of what both are cut from."""
        if one.number > other.number:
            one, other = other, one
        if one.starts == other.starts and one.size_bytes == other.size_bytes:
            self._same[other.number] = one
            return
        for site in (one, other):
            if site.cut_from is not None:
                self._none.add(site.number)


def start_of(site: Site, block: int, thread: int) -> int:
    """The first byte of the copy that a thread has; 0 for all memory."""
    return min(site.starts[block, thread]) if site.cut_from is not None else 0


def _threads_per_run(site: Site) -> int | None:
    if any(len(starts) > 1 for starts in site.starts.values()):
        return 0
    if len({min(starts) for starts in site.starts.values()}) == 1:
        return None if len(site.starts) > 1 else 0 if _cut_from_a_run(site) else None
    sizes = {_group_size(threads, site.size_bytes) for threads in _by_block(site).values()}
    return sizes.pop() if len(sizes) == 1 else 0


def _cut_from_a_run(site: Site) -> bool:
    """One thread alone made it: of its own copy of a buffer, or of the block's."""
    parent = site.cut_from
    return parent is not None and parent.cut_from is not None and len(parent.starts) > 1


def _by_block(site: Site) -> dict[int, dict[int, int]]:
    found: dict[int, dict[int, int]] = defaultdict(dict)
    for (block, thread), starts in site.starts.items():
        found[block][thread] = min(starts)
    return found


def _group_size(starts: dict[int, int], size_bytes: int) -> int:
    """How many threads in a row have the same start, where copies do not overlap; else 0."""
    groups: dict[int, list[int]] = defaultdict(list)
    for thread, start in starts.items():
        groups[start].append(thread)
    ordered = sorted(groups)
    if any(second - first < size_bytes for first, second in pairwise(ordered)):
        return 0
    sizes = {len(threads) for threads in groups.values()}
    if len(sizes) > 1:
        return 0
    size = sizes.pop()
    whole = all(len({thread // size for thread in threads}) == 1 for threads in groups.values())
    return size if whole and (size == 1 or 32 % size == 0 or size % 32 == 0) else 0
