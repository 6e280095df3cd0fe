"""Turns accesses of dynamic shared memory into those of the buffers that the kernel carved out of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from math import gcd

from warpack.gpu_runtime.trace.positions import Path, TwoNames
from warpack.gpu_runtime.trace.record.copies import DynamicCopy, Touch
from warpack.gpu_runtime.trace.record.elements import WRITE, Contents, Usage
from warpack.gpu_runtime.trace.record.races import Races
from warpack.gpu_runtime.trace.record.sites import DYNAMIC, Recording, Site
from warpack.gpu_runtime.trace.record.windows import Windows, start_of
from warpack.gpu_runtime.trace.source.names import bound_name

Crossing = tuple[Site, Site]
"""A buffer that was written, and another that was then read in the same byte."""


def carve(recording: Recording, copies: Iterable[DynamicCopy]) -> None:
    """Puts the buffers in the place of the slices of `recording`, with what was done to them."""
    touches = [(copy, byte, accesses) for copy in copies for byte, accesses in copy.touches.items()]
    windows = Windows()
    while (crossing := _crossing(touches, windows, recording)) is not None:
        windows.join(*crossing)
    units: dict[Site, int] = {}
    for copy, byte, accesses in touches:
        for access, site in accesses:
            owner = windows.owner(site)
            offset = byte - start_of(owner, copy.block, access.thread)
            units[owner] = gcd(units.get(owner, owner.dtype.itemsize), site.dtype.itemsize, offset)
    _fold(touches, windows, units)
    for owner in units:
        owner.threads_per_run = windows.threads_per_run(owner)
        owner.shape = (owner.size_bytes // owner.dtype.itemsize,)
    recording.notes += _sharing(touches, windows)
    _rename_races(recording, windows)
    recording.sites = [site for site in recording.sites if site.space != DYNAMIC or site in units]


def _crossing(
    touches: list[tuple[DynamicCopy, int, list[Touch]]], windows: Windows, recording: Recording
) -> Crossing | None:
    """A buffer that is read where another was written last. Several names for one buffer, or a broken alias."""
    for _, _, accesses in touches:
        wrote: Site | None = None
        written_at: Path = ()
        for access, site in accesses:
            owner = windows.owner(site)
            here = recording.moments.places[recording.moments.place_of[access.time]].path
            if access.kind == WRITE:
                wrote, written_at = owner, here
            elif wrote is not None and wrote is not owner:
                found = TwoNames(bound_name(wrote.path), written_at, bound_name(owner.path), here)
                recording.two_names.append(found)
                recording.notes.append(
                    f"{found.written} and {found.read}: written as the one in line {written_at[-1].line}, read as the "
                    f"other in line {here[-1].line}: taken as one buffer"
                )
                return (wrote, owner)
    return None


def _fold(touches: list[tuple[DynamicCopy, int, list[Touch]]], windows: Windows, units: dict[Site, int]) -> None:
    contents: dict[tuple[DynamicCopy, Site, int], Contents] = {}
    for owner in units:
        owner.usage = Usage()
    for copy, byte, accesses in touches:
        for access, site in accesses:
            owner = windows.owner(site)
            start, unit = start_of(owner, copy.block, access.thread), units[owner]
            held = contents.setdefault((copy, owner, start), Contents(owner.usage))
            first = (byte - start) // unit
            owner.usage.came_by(access.time, access.thread)
            for element in range(first, first + site.dtype.itemsize // unit):
                owner.usage.threads[element] |= 1 << access.thread
                held.access(element, access.time, access.kind)
    for held in contents.values():
        held.end()


def _sharing(touches: list[tuple[DynamicCopy, int, list[Touch]]], windows: Windows) -> Iterator[str]:
    """Buffers that have bytes in common by hand."""
    said = set()
    for _, _, accesses in touches:
        owners = sorted({windows.owner(touch.site) for touch in accesses}, key=lambda owner: owner.number)
        for index, one in enumerate(owners):
            for other in owners[index + 1 :]:
                if (one, other) not in said:
                    said.add((one, other))
                    yield f"{bound_name(one.path)} and {bound_name(other.path)} share bytes by hand already"


def _rename_races(recording: Recording, windows: Windows) -> None:
    """Races of slices are those of the buffers they belong to. Elements are bytes until here."""
    slices = [site for site in recording.sites if site.space == DYNAMIC and site.number in recording.races]
    for site, found in [(site, recording.races.pop(site.number)) for site in slices]:
        owner = windows.owner(site)
        merged: Races = {}
        for race, (count, example) in found.items():
            start = start_of(owner, example.block, example.second)
            moved = example._replace(element=(example.element - start) // owner.dtype.itemsize)
            merged[race] = (count, moved)
        recording.races.setdefault(owner.number, {}).update(merged)
