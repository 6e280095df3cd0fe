"""Single words of the page asked of the machine: asynchronous accesses, tracks, zero, aliases, what derived accesses
need."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.helpers.machine import conflicts, disturbs, disturbs_in_place
from warpack.solver.wire.manifest import Barrier, Launch, Loop, Manifest, Track

from .kernels import accessed, buffer, called, kernel, timeline


@pytest.mark.parametrize("scope", ["run", "block"])
def test_an_asynchronous_access_waits_for_a_proxy_fence(scope: str) -> None:
    plain, copied = buffer("plain", (0, 1), scope=scope), buffer("copied", (1, 2), scope=scope, asynchronous=True)
    for fence in (False, True):
        manifest = kernel(timeline(2, barriers=(Barrier(1, proxy_fence=fence),)), plain, copied)
        assert disturbs(manifest, "plain", "copied") is not fence
    back = kernel(timeline(2, barriers=(1,)), replace(plain, asynchronous=True), replace(copied, asynchronous=False))
    assert not disturbs(back, "plain", "copied")


def test_the_fence_may_lie_behind_barriers_without_one() -> None:
    plain, copied = buffer("plain", (0, 1), scope="block"), buffer("copied", (2, 3), scope="block", asynchronous=True)
    barriers = (Barrier(1, proxy_fence=True), Barrier(2))
    assert not disturbs(kernel(timeline(3, barriers=barriers), plain, copied), "plain", "copied")
    assert disturbs(kernel(timeline(3, barriers=(1, 2)), plain, copied), "plain", "copied")


def _tracks(*barriers: Barrier, threads: int = 32, per_run: int = 1) -> Manifest:
    group = (Track("load", 1, 3, threads), Track("work", 3, 5, None))
    own = replace(timeline(6, Loop(0, 6), barriers=barriers), tracks=(group,))
    return replace(kernel(own), launch=Launch(threads_per_run=per_run))


def test_tracks_run_beside_one_another() -> None:
    for per_run, apart in ((1, False), (4, False), (64, True)):
        pair = (buffer("a", (1, 2)), buffer("b", (3, 4)))
        assert disturbs(replace(_tracks(per_run=per_run), buffers=pair), "a", "b") is apart
    pair = (buffer("a", (1, 2), scope="block"), buffer("b", (3, 4), scope="block"))
    assert disturbs(replace(_tracks(Barrier(0), Barrier(5)), buffers=pair), "a", "b")


def test_a_barrier_of_a_track_orders_what_lies_in_it() -> None:
    own = (Barrier(1, "track"), Barrier(2, "track"))
    a, b = buffer("a", (1, 2), scope="block"), buffer("b", (2, 3), scope="block")
    assert not disturbs(replace(_tracks(*own), buffers=(a, b)), "a", "b")
    assert disturbs(replace(_tracks(*own), buffers=(a, replace(b, scope="run"))), "a", "b")
    after = buffer("b", (5, 6), scope="block")
    assert disturbs(replace(_tracks(*own), buffers=(a, after)), "a", "b")
    assert not disturbs(replace(_tracks(*own, Barrier(0), Barrier(5)), buffers=(a, after)), "a", "b")


def test_what_one_track_writes_for_another_is_needed_outside_them() -> None:
    handed = accessed("handed", scope="block", writes=(1,), reads=(3,))
    outside = buffer("outside", (0, 1), scope="block")
    assert disturbs(replace(_tracks(Barrier(0), Barrier(5)), buffers=(handed, outside)), "handed", "outside")


def test_zeros_from_the_start_are_needed_until_the_first_phase_is_met() -> None:
    a, b = buffer("a", (0, 1), zero="entry"), buffer("b", (2, 3))
    assert disturbs(kernel(timeline(3, Loop(0, 1), Loop(0, 3)), a, b), "a", "b")
    assert not disturbs(kernel(timeline(3, Loop(0, 3, at_least=1)), a, b), "a", "b")
    both = kernel(timeline(3), a, buffer("c", (0, 1), (2, 3), zero="entry"))
    assert disturbs(both, "a", "c")


def test_an_alias_outweighs_what_is_carried_but_not_what_is_read() -> None:
    loop = timeline(3, Loop(0, 3))
    carried, scratch = buffer("carried", (1, 3), (0, 1)), buffer("scratch", (1, 2))
    kept, other = buffer("kept", (0, 1)), buffer("other", (1, 2))
    assert disturbs(kernel(loop, carried, replace(scratch, aliases=("carried",))), "carried", "scratch")
    weights = buffer("weights", (0, 2))
    looped = timeline(3, Loop(1, 3))
    late = buffer("late", (2, 3))
    assert disturbs(kernel(looped, weights, late), "weights", "late")
    assert not disturbs(kernel(looped, weights, replace(late, aliases=("weights",))), "weights", "late")
    always = replace(weights, lifetime=None)
    assert not disturbs(kernel(looped, always, replace(late, aliases=("weights",))), "weights", "late")
    read = accessed("read", writes=(0,), reads=(2,))
    assert disturbs(kernel(timeline(3), read, replace(other, aliases=("read",))), "read", "other")
    assert not disturbs(kernel(timeline(3), kept, other), "kept", "other")


def test_contents_are_needed_from_a_write_to_the_last_read_before_the_next() -> None:
    b = buffer("b", (1, 2))
    length = timeline(4, Loop(0, 4))
    for a, needed in (
        (accessed("a", writes=(0,), reads=(2,)), True),
        (accessed("a", writes=(0, 2), reads=(2,)), False),
        (accessed("a", updates=(2,)), True),
        (accessed("a", writes=(2,), reads=(0,)), False),
        (accessed("a", writes=(2,), reads=(3,)), False),
        (accessed("a", reads=(0, 2)), False),
    ):
        assert disturbs(kernel(length, a, b), "a", "b") is needed


def test_what_is_accessed_never_meets_nothing() -> None:
    never, persistent = buffer("never"), buffer("kept", (0, 1))
    manifest = kernel(timeline(1), never, replace(persistent, lifetime=None, persistent=True), buffer("used", (0, 1)))
    assert conflicts(manifest) == {("kept", "used")}


def test_in_place_with_several_threads_wants_a_barrier_directly_before() -> None:
    a, b = buffer("a", (0, 2), scope="block"), buffer("b", (1, 3), scope="block")
    steps = [(1, "a", "b")]
    assert disturbs_in_place(kernel(timeline(3), a, b, in_place=steps), "a", "b")
    assert not disturbs_in_place(kernel(timeline(3, barriers=(1,)), a, b, in_place=steps), "a", "b")
    assert not disturbs_in_place(
        kernel(timeline(3, barriers=(Barrier(0, after=True),)), a, b, in_place=steps), "a", "b"
    )
    call = [called("A", timeline(1, barriers=(0,)), 1)]
    assert disturbs_in_place(kernel(timeline(3), a, b, in_place=steps, components=call), "a", "b")
    assert not disturbs_in_place(kernel(timeline(3, barriers=(1,)), a, b, in_place=steps, components=call), "a", "b")
