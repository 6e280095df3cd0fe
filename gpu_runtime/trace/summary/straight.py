"""A recording as one straight line of places: trips of loops of a fixed number are places of their own, and all trips
of any other loop are one.

Whatever is needed together at a time is needed together at its place, so a timeline without loops says all of it. Only
for kernels whose threads do not meet.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from warpack.gpu_runtime.trace.errors import TraceError
from warpack.gpu_runtime.trace.positions import Path
from warpack.gpu_runtime.trace.record.moments import LoopAt, Moments, PlaceAt
from warpack.gpu_runtime.trace.record.sites import Recording


def straightened(recording: Recording, unrolled: Mapping[Path, int]) -> Recording:
    """`unrolled`: loops whose trips are told apart. Raises TraceError where threads wait for one another."""
    if recording.barriers or recording.races:
        raise TraceError(f"{recording.kernel}: threads wait for one another, so its places are no straight line")
    return replace(recording, moments=_straight(recording.moments, unrolled))


def _straight(moments: Moments, unrolled: Mapping[Path, int]) -> Moments:
    found = Moments()
    found.keys, found.trips = moments.keys, moments.trips
    numbers: dict[tuple[int, tuple[int, ...]], int] = {(0, ()): 0}
    found.place_of = []
    for key, place in zip(moments.keys, moments.place_of, strict=True):
        at = moments.places[place]
        order = _without_other_trips(key, at, unrolled)
        number = numbers.setdefault((place, order), len(numbers))
        if number == len(found.places):
            found.places.append(PlaceAt(at.path, order, (), at.conditional))
        found.place_of.append(number)
    return found


def _without_other_trips(key: tuple[int, ...], at: PlaceAt, unrolled: Mapping[Path, int]) -> tuple[int, ...]:
    """A time without the trips of loops that are not unrolled. A time is, for each call that led to it, the number and
    the trip of each loop around it, and then its own number."""
    found: list[int] = []
    by_call: dict[int, list[LoopAt]] = {}
    for loop in at.loops:
        by_call.setdefault(len(loop.order), []).append(loop)
    index = 0
    for depth in range(1, len(at.order) + 1):
        for loop in by_call.get(depth, ()):
            found += (key[index], key[index + 1] if loop.path in unrolled else 0)
            index += 2
        found.append(key[index])
        index += 1
    return tuple(found)
