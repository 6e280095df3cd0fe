"""Small manifests made of the dataclasses, without the reader: the machine is to be judged by nothing but the page."""

from __future__ import annotations

from typing import Any

from warpack.solver.wire.dtypes import DTYPES
from warpack.solver.wire.manifest import (
    Accesses,
    Barrier,
    Branch,
    Buffer,
    Component,
    InPlace,
    Interval,
    Launch,
    Loop,
    Manifest,
    Target,
    Timeline,
)


def kernel(timeline: Timeline, *buffers: Buffer, threads_per_run: int = 1, **rest: Any) -> Manifest:
    in_place = tuple(InPlace(*step) for step in rest.pop("in_place", ()))
    components = tuple(rest.pop("components", ()))
    launch = Launch(threads_per_run=threads_per_run)
    return Manifest(
        Target("8.6"),
        launch=launch,
        timeline=timeline,
        components=components,
        buffers=buffers,
        in_place=in_place,
        **rest,
    )


def buffer(name: str, *intervals: tuple[int, int], scope: str = "run", size: int = 4, **rest: Any) -> Buffer:
    """A float32 buffer with a lifetime of half-open intervals; `component/name` lies in a component."""
    component, _, plain = name.rpartition("/")
    lifetime = None if "accesses_in" in rest else tuple(Interval(*one) for one in intervals)
    return Buffer(plain, size, DTYPES["float32"], component, scope, lifetime=lifetime, **rest)  # type: ignore[arg-type]  # a plain str


def accessed(name: str, scope: str = "run", **phases: tuple[int, ...]) -> Buffer:
    return buffer(name, scope=scope, accesses_in=Accesses(**phases))


def timeline(length: int, *structures: Loop | Branch, barriers: tuple[Barrier | int, ...] = ()) -> Timeline:
    """`barriers`: of scope block before the phase, where a number is given."""
    return Timeline(
        length,
        loops=tuple(one for one in structures if isinstance(one, Loop)),
        branches=tuple(one for one in structures if isinstance(one, Branch)),
        barriers=tuple(Barrier(one) if isinstance(one, int) else one for one in barriers),
    )


def called(path: str, own: Timeline, *phases: int) -> Component:
    return Component(path, timeline=own, called_in=phases)
