"""For each rule of the static level, a layout in which that rule alone is broken."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tests.gpu_runtime.faults import pool_faults
from tests.gpu_runtime.faults.subjects import (
    PLAIN,
    SUBJECTS,
    UNUSED,
    A,
    B,
    launched,
    offset,
    placed,
    read,
    solved,
    solved_for,
    with_buffer,
)
from warpack.solver import optimize
from warpack.solver.wire.layout import ComponentWindow, Layout, Occupancy, PlacedBuffer, Proof, Status, WidthConflicts
from warpack.solver.wire.manifest import Manifest
from warpack.solver.wire.problems import Problem

Pair = tuple[Manifest, Layout]

_WIDTHS = (WidthConflicts(1, 1, 1, 1, 4),)
"""Of a layout that has two."""


def _launch(subject: str, **figures: Any) -> Pair:
    manifest, layout = solved(subject)
    return manifest, launched(layout, **figures)


def _placed(subject: str, name: str, **changes: Any) -> Pair:
    manifest, layout = solved(subject)
    return manifest, placed(layout, name, **changes)


def _judged_by(document: dict[str, Any], other: dict[str, Any]) -> Pair:
    """The layout of `document`, judged by `other`. What it is compared with would have other figures, too."""
    manifest = read(other)
    return manifest, replace(solved_for(document, manifest), baselines={})


def _region(subject: str, change: int) -> Pair:
    """Run bytes that are not where the last buffer ends; stride and proof are made to fit them."""
    manifest, layout = solved(subject)
    launch = layout.launch
    if launch is None:
        raise ValueError("the layout is infeasible")
    size = launch.run_bytes + change
    bound = min(size, layout.proof.run_bytes.lower_bound_bytes)
    status: Status = "optimal" if bound == size else "feasible"
    proof = replace(layout.proof.run_bytes, status=status, lower_bound_bytes=bound)
    whole = _open(replace(layout.proof, run_bytes=proof if change > 0 else replace(proof, certificate=_BY_SEARCH)))
    moved = launched(layout, run_bytes=size, padding_bytes=launch.stride_bytes - size)
    return manifest, replace(moved, proof=whole, status="feasible")


_BY_SEARCH = {"kind": "by-other-means"}
"""A certificate that nothing on the page can contradict."""


def _open(proof: Proof) -> Proof:
    """The same with nothing proven of the wishes behind the threads and the bytes."""
    resident, stride = proof.resident_threads, proof.stride_bytes
    return replace(
        proof,
        resident_threads=resident and replace(resident, status="feasible", upper_bound=2048, certificate=_BY_SEARCH),
        stride_bytes=stride and replace(stride, status="feasible", lower_bound_bytes=0, certificate=_BY_SEARCH),
    )


def _unproven(layout: Layout) -> Layout:
    return replace(layout, proof=_open(layout.proof), status="feasible")


def _handoffs(change: str) -> Pair:
    manifest, layout = solved("team")
    first, second = layout.handoffs
    lists = {
        "missing": (second,),
        "unknown": (first, second, replace(second, barrier=3, barrier_name="3")),
        "order": (second, first),
    }
    return manifest, replace(layout, handoffs=lists[change])


_UNDER = [{"path": "c", "window": "contiguous"}]
_IN_C = [{**A, "component": "c"}, {**B, "component": "c", "lifetime": [[0, 5]]}]
_OTHER = {"name": "o", "size": 3, "dtype": "float32", "lifetime": [[0, 5]]}


def _window(hull: bool) -> Pair:
    """A hull that the layout states wrongly; or one that a buffer from outside cuts into."""
    document = {
        **PLAIN,
        "components": _UNDER,
        "buffers": [_IN_C[0] | {"dtype": "float32"}, _IN_C[1] | {"dtype": "float32"}, _OTHER],
    }
    manifest = read(document)
    layout = optimize(manifest)
    if hull:
        (window,) = layout.components
        return manifest, replace(layout, components=(replace(window, size_bytes=window.size_bytes + 4),))
    a, b, o = 0, 32, 20
    cut = placed(placed(placed(layout, "c/a", offset_bytes=a), "c/b", offset_bytes=b), "o", offset_bytes=o)
    return manifest, replace(cut, components=(ComponentWindow("c", "run", 0, 52),))


def _infeasible() -> Pair:
    manifest = read({**PLAIN, "target": {"compute_capability": "8.6", "shared_budget_bytes": 64}})
    layout = optimize(manifest)
    return manifest, replace(layout, minimum_budget_bytes=32)


def _layout_hash() -> Pair:
    manifest, layout = solved("plain")
    return manifest, replace(layout, warnings=(Problem("layout-hash-differs", "the hash is another", ""),))


def _apart() -> Pair:
    later = with_buffer(with_buffer(PLAIN, "b", lifetime=[[3, 5]]), "a", reentry="dropped")
    return _judged_by(later, {**later, "apart": [["a", "b"]]})


def _twice() -> Pair:
    manifest, layout = solved("unused")
    return manifest, replace(layout, buffers=(*layout.buffers, layout.by_name["empty"]))


def _stranger() -> Pair:
    manifest, layout = solved("unused")
    stranger: PlacedBuffer = replace(layout.by_name["empty"], name="stranger")
    return manifest, replace(layout, buffers=(*layout.buffers, stranger))


def _absent() -> Pair:
    manifest, layout = solved("unused")
    return manifest, replace(layout, buffers=tuple(item for item in layout.buffers if item.name != "empty"))


def _list() -> Pair:
    manifest, layout = solved("unused")
    buffers = (replace(item, shares_bytes_with=()) if item.name == "a" else item for item in layout.buffers)
    return manifest, replace(layout, buffers=tuple(buffers))


def _larger() -> Pair:
    manifest, layout = solved("unused")
    buffers = (replace(item, size_bytes=4) if item.name == "empty" else item for item in layout.buffers)
    return manifest, replace(layout, buffers=tuple(buffers))


def _threads() -> Pair:
    five = {**PLAIN, "launch": {**PLAIN["launch"], "threads_per_block": 5}}
    manifest, layout = _judged_by(five, PLAIN)
    threads = replace(layout.proof.threads_per_block, certificate=_BY_SEARCH)
    proven = replace(layout, proof=replace(layout.proof, threads_per_block=threads))
    return manifest, launched(proven, threads_if_conflicts_ignored=6)


def _budget() -> Pair:
    return _judged_by(PLAIN, {**PLAIN, "target": {"compute_capability": "8.6", "shared_budget_bytes": 300}})


def _manifest_hash() -> Pair:
    manifest, layout = solved("plain")
    return manifest, replace(layout, manifest_sha256=read(SUBJECTS["carried"]).sha256)


def _occupancy() -> Pair:
    manifest, layout = solved("plain")
    one = Occupancy(1, 6, "blocks", True)
    return manifest, launched(_unproven(layout), occupancy=one)


def _proof() -> Pair:
    manifest, layout = solved("plain")
    bytes_of = replace(layout.proof.run_bytes, lower_bound_bytes=999, certificate=_BY_SEARCH)
    return manifest, replace(layout, proof=replace(layout.proof, run_bytes=bytes_of))


def _certificate() -> Pair:
    """Buffers that are needed at once, and with one left out no longer have the bytes that they prove."""
    manifest, layout = solved("plain")
    certificate = dict(layout.proof.run_bytes.certificate)
    certificate["buffers"] = certificate["buffers"][1:]
    proof = replace(layout.proof.run_bytes, certificate=certificate)
    return manifest, replace(layout, proof=replace(layout.proof, run_bytes=proof))


def _local_bytes() -> Pair:
    manifest, layout = solved("local")
    return manifest, replace(layout, local=replace(layout.local, local_bytes=4))


def _overlap() -> Pair:
    manifest, layout = solved("plain")
    return manifest, placed(layout, "b", offset_bytes=offset(layout, "b") - 4)


def _pinned() -> Pair:
    return _judged_by(UNUSED, with_buffer(UNUSED, "unused", pinned_offset_bytes=8))


def _stride() -> Pair:
    """Eight bytes more, which cost no other figure anything."""
    manifest, layout = solved("unused")
    launch = layout.launch
    if launch is None:
        raise ValueError("the layout is infeasible")
    return manifest, launched(
        _unproven(layout), stride_bytes=launch.stride_bytes + 8, padding_bytes=launch.padding_bytes + 8,
        dynamic_shared_bytes=launch.dynamic_shared_bytes + 8 * launch.runs_per_block,
    )  # fmt: skip


def _baseline() -> Pair:
    """What the buffers would take without sharing, one byte less than it is."""
    manifest, layout = solved("plain")
    apart = layout.baselines["no_sharing"]
    return manifest, replace(
        layout, baselines=layout.baselines | {"no_sharing": replace(apart, run_bytes=apart.run_bytes - 1)}
    )


def _weighing() -> Pair:
    """A proof that states another cost than the accesses have."""
    document = UNUSED | {"target": {**UNUSED["target"], "registers_per_thread": 40}}
    document["buffers"] = [*UNUSED["buffers"], {"name": "w", "size": 2, "dtype": "float32", "location": "auto"}]
    manifest = read(document)
    layout = optimize(manifest)
    threads = layout.proof.threads_per_block
    certificate = {**threads.certificate, "cost": 1}
    return manifest, replace(
        layout, proof=replace(layout.proof, threads_per_block=replace(threads, certificate=certificate))
    )


RULE_FAULTS = {
    "apart": _apart,
    "bank-conflict-degree": lambda: _launch("plain", bank_conflict_degree={1: 1, 4: 7}),
    "bank-conflicts": lambda: (solved("plain")[0], replace(solved("plain")[1], bank_conflicts=_WIDTHS)),
    "baseline": _baseline,
    "base-alignment": lambda: _launch("plain", base_alignment_bytes=32),
    "budget": _budget,
    "certificate": _certificate,
    "dynamic-bytes": lambda: _launch("plain", dynamic_shared_bytes=364),
    "handoff-missing": lambda: _handoffs("missing"),
    "handoff-order": lambda: _handoffs("order"),
    "handoff-unknown": lambda: _handoffs("unknown"),
    "infeasible": _infeasible,
    "layout-hash": _layout_hash,
    "local-bytes": _local_bytes,
    "manifest-hash": _manifest_hash,
    "misaligned": lambda: _placed("unused", "unused", offset_bytes=2),
    "missing-buffer": _absent,
    "occupancy": _occupancy,
    "opt-in": lambda: _launch("plain", opt_in=True),
    "outside-region": lambda: _region("parts", -4),
    "overlap": _overlap,
    "padding": lambda: _launch("plain", padding_bytes=6),
    "pin-moved": _pinned,
    "placed-twice": _twice,
    "pool": pool_faults.with_budget,
    "pool-size": pool_faults.too_large,
    "proof": _proof,
    "region-gap": lambda: _launch("block", region_gap_bytes=4),
    "region-size": lambda: _region("plain", 1),
    "runs-per-block": lambda: _launch("plain", runs_per_block=7),
    "shares-list": _list,
    "status": lambda: (solved("plain")[0], replace(solved("plain")[1], status="feasible")),
    "stride": _stride,
    "threads": _threads,
    "threads-if-conflicts-ignored": lambda: _launch("plain", threads_if_conflicts_ignored=7),
    "unknown-buffer": _stranger,
    "weighing": _weighing,
    "window-cut": lambda: _window(hull=False),
    "window-hull": lambda: _window(hull=True),
    "wrong-location": lambda: _placed("unused", "empty", location="local", region="local"),
    "wrong-offset": lambda: _placed("unused", "empty", offset_bytes=-4),
    "wrong-parts": lambda: _placed("unused", "empty", parts=()),
    "wrong-region": lambda: _placed("unused", "empty", region="block"),
    "wrong-size": _larger,
}
"""By rule: manifest and layout."""
