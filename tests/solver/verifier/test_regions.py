"""Windows, split buffers, pins, local arrays, auto buffers, aliases and apart: what a place may and may not be."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.helpers.simple_layouts import layout_at
from tests.solver.verifier.examples import buffer, manifest_of, moved, of_rule, part
from warpack.solver.verifier import verify
from warpack.solver.wire.layout import ComponentWindow, Layout, LocalBytes, PlacedBuffer, PlacedPart
from warpack.solver.wire.manifest import Component, Interval, Manifest, Timeline
from warpack.solver.wire.report import StaticReport


def rules(report: StaticReport) -> set[str]:
    return {finding.rule for finding in report.findings}


WINDOWED = manifest_of(
    buffer("k/a", 2, (0, 1)),
    buffer("k/c/b", 2, (0, 2)),
    buffer("x", 2, (1, 3)),
    buffer("y", 2, (2, 3)),
    components=(Component("k", window="contiguous"), Component("k/c")),
    timeline=Timeline(3),
)


def test_a_window_is_the_hull_of_its_components_buffers() -> None:
    layout = layout_at(WINDOWED, {"k/a": 0, "k/c/b": 8, "x": 16, "y": 8})
    assert layout.components == (ComponentWindow("k", "run", 0, 16),)
    assert verify(WINDOWED, layout).findings == ()


def test_a_buffer_that_conflicts_with_nothing_inside_may_lie_in_a_window() -> None:
    layout = layout_at(WINDOWED, {"k/a": 0, "k/c/b": 24, "x": 32, "y": 8})
    assert verify(WINDOWED, layout).findings == ()


def test_a_conflicting_buffer_from_outside_must_not_cut_into_a_window() -> None:
    layout = layout_at(WINDOWED, {"k/a": 0, "k/c/b": 16, "x": 8, "y": 0})
    (finding,) = verify(WINDOWED, layout).findings
    assert finding.rule == "window-cut"
    assert finding.buffers == ("x", "k/c/b", "k")
    assert (finding.start_bytes, finding.end_bytes, finding.phase) == (8, 16, 1)


@pytest.mark.parametrize(
    "windows",
    [
        (),
        (ComponentWindow("k", "run", 0, 24),),
        (ComponentWindow("k", "run", 0, 16), ComponentWindow("k/c", "run", 8, 8)),
        (ComponentWindow("k", "run", 0, 16), ComponentWindow("k", "run", 0, 16)),
    ],
)
def test_the_listed_windows_are_exactly_the_right_ones(windows: tuple[ComponentWindow, ...]) -> None:
    layout = layout_at(WINDOWED, {"k/a": 0, "k/c/b": 8, "x": 16, "y": 8})
    assert rules(verify(WINDOWED, replace(layout, components=windows))) == {"window-hull"}


SPLIT = manifest_of(
    buffer("s", 6, parts=(part("row0", 0, 4, (0, 1)), part("row1", 4, 2, (1, 2))), splittable=True),
    buffer("t", 4, (1, 2)),
    timeline=Timeline(2),
)


def split_layout(row0: int, row1: int, t: int, s_shares: tuple[str, ...], t_shares: tuple[str, ...]) -> Layout:
    layout = layout_at(SPLIT, {"s": 0, "t": 16})
    parts = (PlacedPart("row0", row0, 16), PlacedPart("row1", row1, 8))
    layout = moved(layout, "s", offset_bytes=None, parts=parts, shares_bytes_with=s_shares)
    return moved(layout, "t", offset_bytes=t, shares_bytes_with=t_shares)


def test_parts_of_a_splittable_buffer_may_lie_apart() -> None:
    # row0 under t, row1 above both: 24 bytes in place of 40
    report = verify(SPLIT, split_layout(0, 16, 0, ("t",), ("s",)))
    assert not rules(report) & {"overlap", "wrong-parts", "wrong-offset", "shares-list", "outside-region"}


def test_parts_that_lie_apart_conflict_on_their_own() -> None:
    report = verify(SPLIT, split_layout(16, 0, 0, ("t",), ("s",)))
    (finding,) = of_rule(report, "overlap")
    assert finding.buffers == ("s#row1", "t")
    assert (finding.start_bytes, finding.end_bytes, finding.phase) == (0, 8, 1)


def test_parts_of_one_buffer_do_not_share_bytes_while_both_count() -> None:
    both = replace(
        SPLIT,
        buffers=(
            replace(SPLIT.buffers[0], parts=(part("row0", 0, 4, (0, 2)), part("row1", 4, 2, (1, 2)))),
            SPLIT.buffers[1],
        ),
    )
    (finding,) = of_rule(verify(both, split_layout(0, 8, 24, (), ())), "overlap")
    assert finding.buffers == ("s#row0", "s#row1")


def test_a_split_buffer_has_no_offset_of_its_own_and_all_of_its_parts() -> None:
    layout = split_layout(0, 16, 0, ("t",), ("s",))
    assert "wrong-offset" in rules(verify(SPLIT, moved(layout, "s", offset_bytes=0)))
    assert "wrong-parts" in rules(verify(SPLIT, moved(layout, "s", parts=(PlacedPart("row0", 0, 16),))))
    assert "misaligned" in rules(verify(SPLIT, split_layout(0, 18, 0, ("t",), ("s",))))
    assert "wrong-offset" in rules(verify(SPLIT, split_layout(0, -8, 0, ("t",), ("s",))))


def test_only_splittable_buffers_are_split() -> None:
    rigid = replace(SPLIT, buffers=(replace(SPLIT.buffers[0], splittable=False), SPLIT.buffers[1]))
    (finding,) = of_rule(verify(rigid, split_layout(0, 16, 0, ("t",), ("s",))), "wrong-parts")
    assert finding.buffers == ("s",)


def test_a_pinned_buffer_stays_where_it_is_pinned() -> None:
    manifest = manifest_of(buffer("a", 2, pinned_offset_bytes=8), buffer("b", 2))
    assert verify(manifest, layout_at(manifest, {"a": 8, "b": 0})).findings == ()
    (finding,) = verify(manifest, layout_at(manifest, {"a": 0, "b": 8})).findings
    assert (finding.rule, finding.buffers) == ("pin-moved", ("a",))


def test_split_parts_stay_where_their_buffer_is_pinned() -> None:
    pinned = replace(SPLIT, buffers=(replace(SPLIT.buffers[0], pinned_offset_bytes=0), SPLIT.buffers[1]))
    (finding,) = of_rule(verify(pinned, split_layout(0, 24, 32, (), ())), "pin-moved")
    assert finding.buffers == ("s#row1",)


def test_a_wish_for_more_alignment_counts_from_the_regions_start() -> None:
    manifest = manifest_of(buffer("a", 1), buffer("b", 4, alignment_bytes=16))
    assert verify(manifest, layout_at(manifest, {"a": 0, "b": 16})).findings == ()
    assert rules(verify(manifest, layout_at(manifest, {"a": 0, "b": 4}))) == {"misaligned"}


def test_buffers_of_no_bytes_lie_anywhere_and_share_nothing() -> None:
    manifest = manifest_of(buffer("a", 2), buffer("nothing", 0, dtype="complex128"))
    layout = layout_at(manifest, {"a": 0, "nothing": 0})
    assert layout.launch is not None
    assert layout.launch.run_bytes == 8
    assert verify(manifest, layout).findings == ()


AUTO = manifest_of(buffer("a", 2, (0, 1)), buffer("b", 2, (1, 2), location="auto"), timeline=Timeline(2))


@pytest.mark.parametrize("on_chip", [frozenset(), frozenset({"b"})])
def test_an_auto_buffer_may_be_in_either_memory(on_chip: frozenset[str]) -> None:
    layout = layout_at(AUTO, {"a": 0, "b": 0}, on_chip)
    assert layout.by_name["b"].location == ("shared" if on_chip else "local")
    assert verify(AUTO, layout).findings == ()


def test_a_buffer_of_several_threads_is_never_local() -> None:
    shared_by_two = replace(AUTO, launch=replace(AUTO.launch, threads_per_run=2))
    report = verify(shared_by_two, layout_at(AUTO, {"a": 0}))
    assert [finding.buffers for finding in of_rule(report, "wrong-location")] == [("b",)]


KEPT = manifest_of(
    *(
        buffer(name, 3, dtype=dtype, location="local", persistent=True)
        for name, dtype in (("f", "float32"), ("d", "float64"), ("g", "float32"))
    )
)


def kept_layout(f: int, d: int, g: int, total: int = 48) -> Layout:
    places = [("f", f, 12), ("d", d, 24), ("g", g, 12)]
    buffers = tuple(PlacedBuffer("", name, "local", "persistent_local", at, size) for name, at, size in places)
    return replace(layout_at(KEPT, {}), buffers=buffers, local=LocalBytes(0, total))


def test_persistent_local_buffers_of_one_dtype_lie_side_by_side() -> None:
    assert verify(KEPT, kept_layout(0, 0, 12)).findings == ()  # each array counted from its own start
    assert verify(KEPT, kept_layout(0, 24, 12)).findings == ()  # or one array behind the other


def test_persistent_local_buffers_never_share_bytes() -> None:
    (finding,) = of_rule(verify(KEPT, kept_layout(0, 0, 8, total=44)), "overlap")
    assert finding.buffers == ("f", "g")
    assert (finding.region, finding.start_bytes, finding.end_bytes) == ("persistent_local", 8, 12)


def test_persistent_local_buffers_are_aligned_in_their_array() -> None:
    assert rules(verify(KEPT, kept_layout(0, 0, 14, total=50))) == {"misaligned"}


def test_a_hole_in_a_persistent_array_counts_as_storage() -> None:
    assert rules(verify(KEPT, kept_layout(0, 0, 16))) == {"local-bytes"}
    assert verify(KEPT, kept_layout(0, 0, 16, total=52)).findings == ()


def test_aliased_buffers_may_share_and_their_other_aliases_may_not() -> None:
    manifest = manifest_of(buffer("t", 4), buffer("a", 4, aliases=("t",)), buffer("b", 4, aliases=("t",)))
    assert verify(manifest, layout_at(manifest, {"t": 0, "a": 0, "b": 16})).findings == ()
    (finding,) = of_rule(verify(manifest, layout_at(manifest, {"t": 0, "a": 0, "b": 8})), "overlap")
    assert finding.buffers == ("a", "b")


def test_buffers_kept_apart_share_nothing_though_never_live_together() -> None:
    manifest = manifest_of(buffer("a", 2, (0, 1)), buffer("b", 2, (1, 2)), timeline=Timeline(2), apart=(("a", "b"),))
    (finding,) = verify(manifest, layout_at(manifest, {"a": 0, "b": 4})).findings
    assert (finding.rule, finding.buffers) == ("apart", ("a", "b"))
    assert (finding.start_bytes, finding.end_bytes, finding.phase) == (4, 8, None)


def in_place_manifest() -> Manifest:
    from warpack.solver.wire.manifest import InPlace

    return manifest_of(
        buffer("r", 4, (0, 2)), buffer("w", 4, (1, 3)), timeline=Timeline(3), in_place=(InPlace(1, "r", "w"),)
    )


def test_an_in_place_pair_coincides_or_keeps_clear() -> None:
    manifest = in_place_manifest()
    for offsets in ({"r": 0, "w": 0}, {"r": 16, "w": 0}):
        assert verify(manifest, layout_at(manifest, offsets)).findings == ()
    (finding,) = of_rule(verify(manifest, layout_at(manifest, {"r": 0, "w": 4})), "overlap")
    assert finding.message.endswith("in place, w may only start at byte 0 or share nothing")


def test_nothing_conflicts_with_a_buffer_that_is_never_used() -> None:
    manifest = manifest_of(buffer("p", 4, persistent=True), buffer("never", 2, lifetime=()))
    assert verify(manifest, layout_at(manifest, {"p": 0, "never": 4})).findings == ()


def test_a_piece_that_meets_another_in_two_phases_is_reported_once() -> None:
    twice = (Interval(0, 1), Interval(2, 3))
    manifest = manifest_of(buffer("a", 1, lifetime=twice), buffer("b", 1, lifetime=twice), timeline=Timeline(3))
    (finding,) = of_rule(verify(manifest, layout_at(manifest, {"a": 0, "b": 0})), "overlap")
    assert "in phases [0, 1), [2, 3)" in finding.message


def test_two_elements_of_four_bits_take_a_byte() -> None:
    nibbles = manifest_of(
        buffer("s", 8, dtype="int4", parts=(part("x", 0, 4, (0, 1)), part("y", 4, 4, (0, 1))), splittable=True),
        buffer("t", 6, (0, 1), dtype="uint4"),
    )
    assert verify(nibbles, layout_at(nibbles, {"s": 0, "t": 4})).findings == ()
    (finding,) = of_rule(verify(nibbles, layout_at(nibbles, {"s": 0, "t": 3})), "overlap")
    assert (finding.buffers, finding.start_bytes, finding.end_bytes) == (("s#y", "t"), 3, 4)
    apart = (PlacedPart("x", 0, 2), PlacedPart("y", 5, 2))
    layout = moved(layout_at(nibbles, {"s": 0, "t": 2}), "s", offset_bytes=None, parts=apart, shares_bytes_with=())
    report = verify(nibbles, moved(layout, "t", shares_bytes_with=()))
    assert not rules(report) & {"overlap", "wrong-parts", "misaligned", "wrong-size"}


def test_all_slots_of_a_ring_are_needed_whenever_one_is() -> None:
    ring = buffer("ring", 3, (0, 1), dtype="uint8", stages=3, alignment_bytes=4)
    manifest = manifest_of(ring, buffer("x", 1, (0, 1), dtype="uint8"))
    assert ring.size_bytes == 11
    assert verify(manifest, layout_at(manifest, {"ring": 0, "x": 11})).findings == ()
    (finding,) = of_rule(verify(manifest, layout_at(manifest, {"ring": 0, "x": 7})), "overlap")  # between two slots
    assert (finding.start_bytes, finding.end_bytes) == (7, 8)


def test_a_part_that_lies_apart_is_aligned_as_its_elements_and_the_first_as_its_buffer() -> None:
    wide = replace(SPLIT, buffers=(replace(SPLIT.buffers[0], alignment_bytes=16), SPLIT.buffers[1]))
    assert "misaligned" not in rules(verify(wide, split_layout(16, 4, 32, (), ())))
    assert "misaligned" in rules(verify(wide, split_layout(4, 32, 40, (), ())))
