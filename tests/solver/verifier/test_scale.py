"""Many buffers: no step of the verifier looks at all pairs."""

from __future__ import annotations

from dataclasses import replace
from time import process_time

from tests.solver.verifier.examples import buffer, of_rule, proof
from warpack.solver.launch.threads import launch_for
from warpack.solver.verifier import verify
from warpack.solver.verifier.story import derive
from warpack.solver.wire.layout import Layout, PlacedBuffer
from warpack.solver.wire.manifest import Barrier, Interval, Launch, Loop, Manifest, Target, Timeline

COUNT, LIVE = 4_000, 2_000


def test_four_thousand_buffers_are_checked_and_the_one_that_is_wrong_is_found() -> None:
    """Half of them are live at a time, and each place is used twice: by buffer i and by buffer i + 2,000."""
    buffers = tuple(buffer(f"b{i:05d}", 1, (2 * i, min(2 * COUNT, 2 * (i + LIVE)))) for i in range(COUNT))
    manifest = Manifest(
        Target("9.0", "opt-in"), timeline=Timeline(2 * COUNT), launch=Launch(threads_multiple=1), buffers=buffers
    )
    launch = launch_for(manifest, run_bytes=4 * LIVE, block_region_bytes=0)
    assert launch is not None
    places = tuple(
        PlacedBuffer("", one.name, "shared", "run", 4 * (i % LIVE), 4, None, (buffers[(i + LIVE) % COUNT].name,))
        for i, one in enumerate(buffers)
    )
    layout = Layout(
        manifest.sha256,
        "optimal",
        launch,
        places,
        proof(launch.threads_per_block, 4 * LIVE, 0, launch.occupancy.resident_threads),
        {},
    )
    assert verify(manifest, layout).findings == ()

    longer = replace(buffers[7], lifetime=(Interval(14, 14 + 2 * LIVE + 1),))
    overlong = replace(manifest, buffers=(*buffers[:7], longer, *buffers[8:]))
    (finding,) = of_rule(verify(overlong, replace(layout, manifest_sha256=overlong.sha256)), "overlap")
    assert finding.buffers == ("b00007", "b02007")
    assert (finding.start_bytes, finding.end_bytes, finding.phase) == (28, 32, 14 + 2 * LIVE)


def test_many_loops_and_many_phases_take_no_time() -> None:
    depth = 999
    loops = tuple(Loop(at, 2 * depth - at) for at in range(depth))
    buffers = tuple(buffer(f"b{at}", 1, (2 * at, 2 * at + 1)) for at in range(depth))
    barriers = tuple(Barrier(at) for at in range(1, 2**18))
    nest = Manifest(
        Target("8.6"), timeline=Timeline(2 * depth, None, loops), launch=Launch(threads_per_run=2), buffers=buffers
    )
    long = Manifest(
        Target("8.6"), timeline=Timeline(2**18, None, (), barriers), launch=Launch(threads_per_run=2), buffers=buffers
    )
    for manifest, seconds in ((nest, 3), (long, 15)):
        started = process_time()
        story = derive(manifest)
        assert story.conflict(story.pieces[0], story.pieces[1]) is not None or manifest is long
        assert process_time() - started < seconds


def test_a_deep_nest_of_loops_is_no_matter() -> None:
    depth = 3_000
    loops = tuple(Loop(i, 2 * depth - i) for i in range(depth))
    manifest = Manifest(
        Target("8.6"),
        timeline=Timeline(2 * depth, None, loops),
        launch=Launch(threads_per_run=2),
        buffers=(buffer("a", 1, (depth, depth + 1)), buffer("b", 1, (0, 2))),
    )
    launch = launch_for(manifest, run_bytes=8, block_region_bytes=0)
    assert launch is not None
    places = (PlacedBuffer("", "a", "shared", "run", 0, 4), PlacedBuffer("", "b", "shared", "run", 4, 4))
    layout = Layout(
        manifest.sha256,
        "optimal",
        launch,
        places,
        proof(launch.threads_per_block, 8, 0, launch.occupancy.resident_threads),
        {},
    )
    assert verify(manifest, layout).findings == ()
