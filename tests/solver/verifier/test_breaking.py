"""Every way to break a layout: the verifier says which buffers, which bytes, and when."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.solver.verifier.examples import (
    PRIVATE,
    PRIVATE_LAYOUT,
    THREADED,
    THREADED_LAYOUT,
    launched,
    moved,
    of_rule,
)
from warpack.solver.verifier import verify
from warpack.solver.wire.layout import Layout, LocalBytes, Occupancy, PlacedBuffer, PlacedPart

Break = Callable[[Layout], Layout]


def test_the_layouts_worked_out_by_hand_pass() -> None:
    for manifest, layout in ((PRIVATE, PRIVATE_LAYOUT), (THREADED, THREADED_LAYOUT)):
        report = verify(manifest, layout)
        assert report.findings == ()
        assert report.passed


def test_the_report_counts_what_was_looked_at() -> None:
    # conflicts: state with 5 other pieces; row0 with rhs; rest, window and mask with one another
    assert verify(PRIVATE, PRIVATE_LAYOUT).checked == {
        "buffers": 7,
        "pieces": 8,
        "phases": 5,
        "pairs_in_common_bytes": 0,
        "handoffs": 0,
        "conflicting_pairs": 9,
    }
    assert verify(THREADED, THREADED_LAYOUT).checked["handoffs"] == 4


def swapped_parts(layout: Layout) -> Layout:
    """Row and rest change places, as a code generator with its offsets mixed up would have it."""
    parts = (PlacedPart("rest", 80, 80), PlacedPart("row0", 160, 40))
    return moved(layout, "loop/algorithm/store", offset_bytes=None, parts=parts)


OVERLAPS: list[tuple[str, Break, tuple[str, str], tuple[int, int], str]] = [
    (
        "one byte, byte-wide",
        lambda layout: moved(layout, "mask", offset_bytes=199),
        ("loop/algorithm/store#rest", "mask"),
        (199, 200),
        "commit",
    ),
    (
        "one element",
        lambda layout: moved(layout, "loop/window", offset_bytes=44),
        ("loop/algorithm/store#rest", "loop/window"),
        (120, 124),
        "commit",
    ),
    (
        "persistent storage",
        lambda layout: moved(layout, "loop/algorithm/rhs", offset_bytes=36),
        ("loop/state", "loop/algorithm/rhs"),
        (36, 40),
        "stage0",
    ),
    (
        "a row of a store",
        lambda layout: moved(layout, "loop/algorithm/rhs", offset_bytes=76),
        ("loop/algorithm/rhs", "loop/algorithm/store#row0"),
        (80, 116),
        "stage0",
    ),
]


@pytest.mark.parametrize(("broken", "pair", "at", "phase"), [row[1:] for row in OVERLAPS], ids=[r[0] for r in OVERLAPS])
def test_an_overlap_names_both_buffers_the_bytes_and_the_phase(
    broken: Break, pair: tuple[str, str], at: tuple[int, int], phase: str
) -> None:
    (finding,) = of_rule(verify(PRIVATE, broken(PRIVATE_LAYOUT)), "overlap")
    assert set(finding.buffers) == set(pair)
    assert (finding.region, finding.start_bytes, finding.end_bytes) == ("run", *at)
    assert finding.phase_name == phase
    assert finding.phase == ("init", "stage0", "stage1", "commit", "summary").index(phase)
    assert all(name in finding.message for name in pair)


PLACES: list[tuple[str, Break, str, tuple[str, ...], tuple[int, int] | None]] = [
    (
        "misaligned",
        lambda layout: moved(layout, "loop/window", offset_bytes=42),
        "misaligned",
        ("loop/window",),
        (42, 122),
    ),
    ("past the end", lambda layout: moved(layout, "mask", offset_bytes=201), "outside-region", ("mask",), (201, 205)),
    (
        "missing",
        lambda layout: replace(layout, buffers=layout.buffers[:3] + layout.buffers[4:]),
        "missing-buffer",
        ("loop/window",),
        None,
    ),
    (
        "twice",
        lambda layout: replace(layout, buffers=(*layout.buffers, layout.buffers[0])),
        "placed-twice",
        ("loop/state",),
        None,
    ),
    (
        "unknown",
        lambda layout: replace(layout, buffers=(*layout.buffers, PlacedBuffer("", "ghost", "shared", "run", 0, 4))),
        "unknown-buffer",
        ("ghost",),
        None,
    ),
    ("too small", lambda layout: moved(layout, "loop/window", size_bytes=76), "wrong-size", ("loop/window",), None),
    ("swapped parts", swapped_parts, "wrong-parts", ("loop/algorithm/store",), None),
    (
        "the wrong region",
        lambda layout: moved(layout, "loop/state", region="block"),
        "wrong-region",
        ("loop/state",),
        None,
    ),
    (
        "the wrong location",
        lambda layout: moved(layout, "scratch", location="shared", region="run", offset_bytes=0),
        "wrong-location",
        ("scratch",),
        None,
    ),
    ("no offset", lambda layout: moved(layout, "mask", offset_bytes=None), "wrong-offset", ("mask",), None),
    ("a negative offset", lambda layout: moved(layout, "mask", offset_bytes=-4), "wrong-offset", ("mask",), None),
    ("a local offset", lambda layout: moved(layout, "scratch", offset_bytes=0), "wrong-offset", ("scratch",), None),
    (
        "a shares list too short",
        lambda layout: moved(layout, "loop/window", shares_bytes_with=("loop/algorithm/rhs",)),
        "shares-list",
        ("loop/window", "loop/algorithm/store"),
        None,
    ),
    (
        "a shares list too long",
        lambda layout: moved(layout, "mask", shares_bytes_with=("loop/state",)),
        "shares-list",
        ("mask", "loop/state"),
        None,
    ),
    (
        "a shares list out of order",
        lambda layout: moved(layout, "loop/window", shares_bytes_with=("loop/algorithm/store", "loop/algorithm/rhs")),
        "shares-list",
        ("loop/window",),
        None,
    ),
    (
        "a local buffer that shares",
        lambda layout: moved(layout, "scratch", shares_bytes_with=("mask",)),
        "shares-list",
        ("scratch",),
        None,
    ),
]


@pytest.mark.parametrize(("broken", "rule", "names", "at"), [row[1:] for row in PLACES], ids=[r[0] for r in PLACES])
def test_a_wrong_place_names_the_buffer(
    broken: Break, rule: str, names: tuple[str, ...], at: tuple[int, int] | None
) -> None:
    (finding,) = of_rule(verify(PRIVATE, broken(PRIVATE_LAYOUT)), rule)
    assert finding.buffers == names
    if at is not None:
        assert (finding.start_bytes, finding.end_bytes) == at


FIGURES: list[tuple[str, Break, str]] = [
    ("wrong hash", lambda layout: replace(layout, manifest_sha256="0" * 64), "manifest-hash"),
    ("slack at the end", lambda layout: launched(layout, run_bytes=208), "region-size"),
    ("a stride with conflicts", lambda layout: launched(layout, stride_bytes=208, padding_bytes=4), "stride"),
    ("a stride too long", lambda layout: launched(layout, stride_bytes=212, padding_bytes=8), "stride"),
    ("a stride too short", lambda layout: launched(layout, stride_bytes=200, padding_bytes=0), "stride"),
    ("wrong padding", lambda layout: launched(layout, padding_bytes=4), "padding"),
    ("a wrong degree", lambda layout: launched(layout, bank_conflict_degree={1: 1, 4: 2}), "bank-conflict-degree"),
    ("a missing width", lambda layout: launched(layout, bank_conflict_degree={4: 1}), "bank-conflict-degree"),
    ("a wrong gap", lambda layout: launched(layout, region_gap_bytes=4), "region-gap"),
    ("a wrong base alignment", lambda layout: launched(layout, base_alignment_bytes=8), "base-alignment"),
    ("wrong dynamic bytes", lambda layout: launched(layout, dynamic_shared_bytes=45692), "dynamic-bytes"),
    ("opt-in without need", lambda layout: launched(layout, opt_in=True), "opt-in"),
    (
        "over the budget",
        lambda layout: launched(layout, threads_per_block=256, runs_per_block=256, dynamic_shared_bytes=52224),
        "budget",
    ),
    ("wrong runs", lambda layout: launched(layout, runs_per_block=223), "runs-per-block"),
    ("no multiple", lambda layout: launched(layout, threads_per_block=240, runs_per_block=240), "threads"),
    ("fewer threads than fit", lambda layout: launched(layout, threads_per_block=192), "threads"),
    ("more threads than allowed", lambda layout: launched(layout, threads_per_block=288), "threads"),
    ("no threads", lambda layout: launched(layout, threads_per_block=0, runs_per_block=0), "threads"),
    (
        "wrong threads if ignored",
        lambda layout: launched(layout, threads_if_conflicts_ignored=256),
        "threads-if-conflicts-ignored",
    ),
    ("too many blocks", lambda layout: launched(layout, occupancy=Occupancy(3, 448, "shared", True)), "occupancy"),
    ("too many resident", lambda layout: launched(layout, occupancy=Occupancy(2, 512, "shared", True)), "occupancy"),
    ("the wrong limit", lambda layout: launched(layout, occupancy=Occupancy(2, 448, "warps", True)), "occupancy"),
    ("registers known", lambda layout: launched(layout, occupancy=Occupancy(2, 448, "shared", False)), "occupancy"),
    ("wrong local bytes", lambda layout: replace(layout, local=LocalBytes(24, 8)), "local-bytes"),
    ("wrong persistent bytes", lambda layout: replace(layout, local=LocalBytes(28, 12)), "local-bytes"),
]


@pytest.mark.parametrize(("broken", "rule"), [row[1:] for row in FIGURES], ids=[row[0] for row in FIGURES])
def test_a_wrong_figure_is_found_under_its_own_rule(broken: Break, rule: str) -> None:
    assert of_rule(verify(PRIVATE, broken(PRIVATE_LAYOUT)), rule)


def test_a_message_says_what_would_be_right() -> None:
    (finding,) = of_rule(verify(PRIVATE, launched(PRIVATE_LAYOUT, stride_bytes=208, padding_bytes=4)), "stride")
    assert finding.message == (
        "stride_bytes is 208, but the least multiple of 4 not below 204 run bytes whose bank conflicts are fewest is 204"
    )


def test_a_missing_handoff_is_named() -> None:
    (finding,) = of_rule(
        verify(THREADED, replace(THREADED_LAYOUT, handoffs=THREADED_LAYOUT.handoffs[:-1])), "handoff-missing"
    )
    assert finding.buffers == ("tile", "table")
    assert (finding.region, finding.start_bytes, finding.end_bytes) == ("block", 0, 20)
    assert finding.phase_name == "use"


def test_a_handoff_that_no_way_of_the_program_has_is_named() -> None:
    wrong = replace(THREADED_LAYOUT.handoffs[0], barrier=2, barrier_name="use")
    report = verify(THREADED, replace(THREADED_LAYOUT, handoffs=(wrong, *THREADED_LAYOUT.handoffs[1:])))
    assert [finding.buffers for finding in of_rule(report, "handoff-unknown")] == [("right", "left")]
    assert [finding.buffers for finding in of_rule(report, "handoff-missing")] == [("right", "left")]


def test_a_handoff_far_outside_the_program_is_reported_without_a_phase() -> None:
    wrong = replace(THREADED_LAYOUT.handoffs[0], phase=99)
    report = verify(THREADED, replace(THREADED_LAYOUT, handoffs=(*THREADED_LAYOUT.handoffs, wrong)))
    (finding,) = of_rule(report, "handoff-unknown")
    assert finding.phase is None


@pytest.mark.parametrize(
    "handoffs", [THREADED_LAYOUT.handoffs[::-1], THREADED_LAYOUT.handoffs[:1] + THREADED_LAYOUT.handoffs]
)
def test_handoffs_come_in_order_and_once(handoffs: tuple) -> None:  # type: ignore[type-arg]  # handoffs, right or not
    assert of_rule(verify(THREADED, replace(THREADED_LAYOUT, handoffs=handoffs)), "handoff-order")


def test_sharing_that_no_barrier_orders_names_the_barrier_it_lacks() -> None:
    bare = replace(THREADED, timeline=replace(THREADED.timeline, barriers=()))
    report = verify(bare, replace(THREADED_LAYOUT, manifest_sha256=bare.sha256, handoffs=()))
    overlaps = {finding.buffers: finding for finding in of_rule(report, "overlap")}
    assert set(overlaps) == {("tile", "table"), ("left", "right")}
    assert "no barrier has come between the last use of right and phase load" in overlaps["left", "right"].message


def test_a_hopeless_layout_gets_a_bounded_number_of_findings() -> None:
    everywhere = replace(
        PRIVATE_LAYOUT, buffers=tuple(replace(one, offset_bytes=0) for one in PRIVATE_LAYOUT.buffers) * 300
    )
    assert len(verify(PRIVATE, everywhere).findings) < 300
