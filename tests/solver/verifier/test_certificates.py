"""Certificates: names, bytes, phases and sums are looked at, and those that rest on a search are said to."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations
from typing import Any

import pytest

from tests.helpers.simple_layouts import layout_at
from tests.solver.verifier.examples import (
    PRIVATE,
    PRIVATE_LAYOUT,
    THREADED,
    THREADED_LAYOUT,
    buffer,
    manifest_of,
    of_rule,
    part,
)
from tests.solver.verifier.programs import random_program
from warpack.solver.verifier import verify
from warpack.solver.verifier.certificates import Certificates
from warpack.solver.verifier.findings import Findings
from warpack.solver.verifier.story import derive
from warpack.solver.wire.layout import BytesProof, CountProof, Layout, ThreadsProof
from warpack.solver.wire.manifest import InPlace, Manifest, Timeline
from warpack.solver.wire.report import StaticReport

PEAK: dict[str, Any] = {
    "kind": "max-live",
    "phase": 3,
    "phase_name": "commit",
    "buffers": [
        {"name": "loop/algorithm/store#rest", "bytes": 80},
        {"name": "loop/window", "bytes": 80},
        {"name": "loop/state", "bytes": 40},
        {"name": "mask", "bytes": 4},
    ],
}


def with_certificate(layout: Layout, certificate: dict[str, Any], what: str = "run_bytes") -> Layout:
    proof = replace(getattr(layout.proof, what), certificate=certificate)
    return replace(layout, proof=replace(layout.proof, **{what: proof}))


def fault(report: StaticReport) -> str:
    (finding,) = report.findings
    assert finding.rule == "certificate"
    return finding.message.partition(": ")[2]


def test_what_is_live_in_one_phase_is_checked() -> None:
    report = verify(PRIVATE, with_certificate(PRIVATE_LAYOUT, PEAK))
    assert report.findings == ()
    assert report.certificates == {
        "run_bytes": "checked",
        "block_region_bytes": "checked",
        "threads_per_block": "by search",
        "resident_threads": "by search",
    }
    assert report.by_search == ("threads_per_block", "resident_threads")
    assert report.to_json()["certificates"]["run_bytes"] == "checked"


def test_a_search_is_said_to_be_one() -> None:
    assert verify(PRIVATE, PRIVATE_LAYOUT).certificates["run_bytes"] == "by search"


def changed(**changes: Any) -> dict[str, Any]:
    return PEAK | changes


def listed(*entries: tuple[str, int]) -> dict[str, Any]:
    return changed(buffers=[{"name": name, "bytes": size} for name, size in entries])


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "emptied": ({}, "it names nothing that would prove the bound"),
    "no buffers": (changed(buffers=[]), "it names no buffers"),
    "another phase": (changed(phase=1), "phase 1 is called stage0, not 'commit'"),
    "no phase": (changed(phase=99), "99 is no phase of the program"),
    "not needed then": (
        changed(phase=4, phase_name="summary"),
        "loop/algorithm/store#rest is not needed in phase summary",
    ),
    "a wrong sum": (
        listed(("loop/window", 80), ("loop/state", 40)),
        "its buffers have 120 bytes, and the bound is 204",
    ),
    "wrong bytes": (listed(("loop/window", 160), ("loop/state", 44)), "loop/window has 80 bytes, not 160"),
    "unknown": (listed(("ghost", 204)), "'ghost' is no buffer or part"),
    "twice": (
        listed(("loop/window", 80), ("loop/window", 80), ("loop/state", 40), ("mask", 4)),
        "it names loop/window twice",
    ),
    "off the chip": (listed(("scratch", 28)), "scratch does not have to lie in the run region"),
    "one buffer": ({"kind": "largest-buffer", "buffers": PEAK["buffers"]}, "it names 4 buffers, not one"),
    "a small buffer": (
        {"kind": "largest-buffer", "buffers": [{"name": "loop/window", "bytes": 80}]},
        "loop/window ends at 80, not at 204",
    ),
    "not pinned": (
        {"kind": "pinned-buffer", "buffers": [{"name": "loop/window", "bytes": 80}]},
        "loop/window is not pinned",
    ),
    "nothing": ({"kind": "empty"}, "nothing to place needs no 204 bytes"),
    "searched too far": (
        {"kind": "search-exhausted", "capacity_bytes": 204},
        "packings of 204 bytes are no reason for a bound of 204",
    ),
    "searched nowhere": ({"kind": "search-exhausted"}, "it does not say which bytes were searched"),
}


@pytest.mark.parametrize(("certificate", "why"), WRONG.values(), ids=WRONG)
def test_a_certificate_that_does_not_hold_is_refused(certificate: dict[str, Any], why: str) -> None:
    report = verify(PRIVATE, with_certificate(PRIVATE_LAYOUT, certificate))
    assert fault(report) == why
    assert report.certificates["run_bytes"] == "wrong"


def test_emptied_certificates_of_threads_and_counts_are_refused() -> None:
    for what in ("threads_per_block", "resident_threads"):
        assert fault(verify(PRIVATE, with_certificate(PRIVATE_LAYOUT, {}, what))) == (
            "it names nothing that would prove the bound"
        )


def test_what_may_share_bytes_proves_nothing() -> None:
    pair = {"name": "left", "bytes": 24}, {"name": "right", "bytes": 24}
    worse = replace(
        THREADED_LAYOUT.proof, run_bytes=BytesProof("feasible", 48, {"kind": "all-apart", "buffers": list(pair)})
    )
    report = verify(THREADED, replace(THREADED_LAYOUT, proof=worse, status="feasible"))
    assert [finding.message for finding in of_rule(report, "certificate")] == [
        "the certificate of proof.run_bytes does not hold: left and right may share bytes"
    ]


def two(certificate: dict[str, Any], manifest: Manifest, offsets: dict[str, int], bound: int) -> StaticReport:
    layout = layout_at(manifest, offsets)
    proof = replace(layout.proof, run_bytes=BytesProof("optimal", bound, certificate))
    return verify(manifest, replace(layout, proof=proof))


def all_apart(*entries: tuple[str, int]) -> dict[str, Any]:
    return {"kind": "all-apart", "buffers": [{"name": name, "bytes": size} for name, size in entries]}


def test_buffers_that_are_apart_in_any_phases_are_checked() -> None:
    manifest = manifest_of(
        buffer("a", 4, (0, 2)),
        buffer("b", 4, (1, 3)),
        buffer("c", 4, (2, 4)),
        timeline=Timeline(4),
        apart=(("a", "c"),),
    )
    names = [(name, 16) for name in "abc"]
    assert two(all_apart(*names), manifest, {"a": 0, "b": 16, "c": 32}, 48).findings == ()


def test_what_an_in_place_pair_or_an_alias_cures_is_not_apart() -> None:
    buffers = buffer("a", 4, (0, 2)), buffer("b", 4, (1, 3))
    in_place = manifest_of(*buffers, timeline=Timeline(3), in_place=(InPlace(1, "a", "b"),))
    assert "may share bytes" in fault(two(all_apart(("a", 16), ("b", 16)), in_place, {"a": 0, "b": 16}, 32))
    alias = manifest_of(buffer("a", 4), buffer("b", 4, aliases=("a",)))
    assert "may share bytes" in fault(two(all_apart(("a", 16), ("b", 16)), alias, {"a": 0, "b": 16}, 32))


def test_parts_in_one_piece_are_apart_and_those_that_may_be_split_only_where_they_conflict() -> None:
    parts = (part("x", 0, 2, (0, 1)), part("y", 2, 2, (1, 2)))
    whole = manifest_of(buffer("a", 4, parts=parts), timeline=Timeline(2))
    split = manifest_of(buffer("a", 4, parts=parts, splittable=True), timeline=Timeline(2))
    certificate = all_apart(("a#x", 8), ("a#y", 8))
    assert two(certificate, whole, {"a": 0}, 16).findings == ()
    assert "may share bytes" in fault(two(certificate, split, {"a": 0}, 16))
    largest = {"kind": "largest-buffer", "buffers": [{"name": "a", "bytes": 16}]}
    assert two(largest, whole, {"a": 0}, 16).findings == ()
    assert fault(two(largest, split, {"a": 0}, 16)) == "a need not lie in one piece"


def test_the_end_of_a_pinned_buffer_is_checked() -> None:
    manifest = manifest_of(buffer("a", 2, pinned_offset_bytes=24))
    pinned = {"kind": "pinned-buffer", "buffers": [{"name": "a", "bytes": 8}]}
    assert two(pinned, manifest, {"a": 24}, 32).findings == ()
    assert fault(two(pinned | {"buffers": [{"name": "a", "bytes": 32}]}, manifest, {"a": 24}, 32))


AUTO = manifest_of(buffer("a", 2, (0, 1)), buffer("b", 2, (1, 2), location="auto", accesses=7), timeline=Timeline(2))


def test_optimal_means_that_every_wish_is_proven() -> None:
    layout = layout_at(AUTO, {"a": 0, "b": 0}, frozenset({"b"}))
    report = verify(AUTO, layout)
    assert report.findings == ()
    assert report.certificates["accesses_on_chip"] == "checked"  # there are no more
    missing = replace(layout, proof=replace(layout.proof, accesses_on_chip=None))
    (finding,) = verify(AUTO, missing).findings
    assert finding.message == "the status is optimal, but the proofs say: accesses on chip missing"
    assert verify(AUTO, replace(missing, status="feasible")).findings == ()


def test_bounds_on_accesses_lie_on_the_right_side() -> None:
    layout = layout_at(AUTO, {"a": 0})

    def claiming(proof: CountProof, status: Any) -> Layout:
        return replace(layout, status=status, proof=replace(layout.proof, accesses_on_chip=proof))

    searched = {"kind": "search-exhausted"}
    assert verify(AUTO, claiming(CountProof("feasible", 7, searched), "feasible")).findings == ()
    assert of_rule(verify(AUTO, claiming(CountProof("optimal", 7, searched), "optimal")), "proof")
    assert of_rule(verify(AUTO, claiming(CountProof("feasible", 7, searched), "optimal")), "status")
    on_chip = layout_at(AUTO, {"a": 0, "b": 0}, frozenset({"b"}))
    lying = replace(on_chip, proof=replace(on_chip.proof, accesses_on_chip=CountProof("optimal", 6, searched)))
    assert of_rule(verify(AUTO, lying), "proof")


def test_threads_that_follow_from_checked_bytes_are_checked() -> None:
    certificate = {"kind": "bytes-bounds", "run_bytes_at_least": 204, "block_region_bytes_at_least": 0}
    proven = with_certificate(PRIVATE_LAYOUT, PEAK)
    report = verify(PRIVATE, with_certificate(proven, certificate, "threads_per_block"))
    assert report.certificates["threads_per_block"] == "checked"
    by_search = verify(PRIVATE, with_certificate(PRIVATE_LAYOUT, certificate, "threads_per_block"))
    assert by_search.certificates["threads_per_block"] == "by search"


def test_threads_that_do_not_follow_from_the_bytes_are_refused() -> None:
    certificate = {"kind": "bytes-bounds", "run_bytes_at_least": 100, "block_region_bytes_at_least": 0}
    (finding,) = verify(PRIVATE, with_certificate(PRIVATE_LAYOUT, certificate, "threads_per_block")).findings
    assert "a block of 256 threads fits" in finding.message
    nothing = {"kind": "bytes-bounds"}
    assert of_rule(verify(PRIVATE, with_certificate(PRIVATE_LAYOUT, nothing, "threads_per_block")), "certificate")


def test_block_region_bytes_are_no_bound_for_what_may_lie_over_windows() -> None:
    manifest = manifest_of(
        buffer("mine", 4, (0, 1)),
        buffer("scratch", 8, (1, 2), scope="block"),
        timeline=replace(THREADED.timeline, length=2, names=None, loops=(), barriers=THREADED.timeline.barriers[:0]),
    )
    layout = layout_at(manifest, {"mine": 0, "scratch": 0})
    largest = {"kind": "largest-buffer", "buffers": [{"name": "scratch", "bytes": 32}]}
    proven = replace(layout.proof, block_region_bytes=BytesProof("optimal", 32, largest))
    assert not of_rule(verify(manifest, replace(layout, proof=proven)), "certificate")  # no barrier: it cannot
    barrier = replace(
        manifest, timeline=replace(manifest.timeline, barriers=(replace(THREADED.timeline.barriers[0], phase=1),))
    )
    live = {"kind": "max-live", "phase": 1, "phase_name": "1", "buffers": largest["buffers"]}
    for certificate in (largest, live):
        claimed = replace(proven, block_region_bytes=BytesProof("optimal", 32, certificate))
        report = verify(barrier, replace(layout, proof=claimed, manifest_sha256=barrier.sha256))
        assert "scratch may lie over the windows of runs" in of_rule(report, "certificate")[0].message


def test_an_exact_number_of_threads_needs_no_certificate() -> None:
    manifest = replace(manifest_of(buffer("a", 300)), launch=replace(PRIVATE.launch, threads_per_block=7))
    layout = layout_at(manifest, {"a": 0, "z": 0})
    proven = replace(layout.proof, threads_per_block=ThreadsProof("optimal", 7, {}))
    assert verify(manifest, replace(layout, proof=proven)).certificates["threads_per_block"] == "checked"


def test_a_buffer_without_bytes_proves_nothing() -> None:
    manifest = manifest_of(buffer("a", 4), buffer("z", 0))
    layout = layout_at(manifest, {"a": 0, "z": 0})
    for kind in ("max-live", "all-apart"):
        named = [{"name": "a", "bytes": 16}, {"name": "z", "bytes": 0}]
        certificate = {"kind": kind, "phase": 0, "phase_name": "0", "buffers": named}
        assert "z has no bytes" in fault(verify(manifest, with_certificate(layout, certificate)))


def test_what_a_phase_settles_alone_is_what_every_pair_by_itself_says() -> None:
    settled = found_open = 0
    for seed in range(300):
        manifest = random_program(seed)
        names = frozenset(one.full_name for one in manifest.buffers)
        story = derive(manifest)
        certificates = Certificates(manifest, story, names, False, Findings(story))
        named = [one for one in map(certificates._find, names) if one is not None and one.pieces]
        for phase in range(story.length):
            open_pairs = {frozenset((one.name, other.name)) for one, other in certificates._open_at(phase, named)}
            here = [one for one in named if all(certificates._in_the_way(piece, phase) for piece in one.pieces)]
            for one, other in combinations(here, 2):
                if frozenset((one.name, other.name)) in open_pairs:
                    found_open += 1
                else:
                    settled += 1
                    assert certificates._must_be_apart(one, other), (seed, phase, one.name, other.name)
    assert settled > 1000
    assert found_open > 100
