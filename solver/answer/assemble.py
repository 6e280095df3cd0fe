"""The whole layout, from packings and launch."""

from __future__ import annotations

from dataclasses import fields, replace

from solver.answer.advice import advise
from solver.answer.auto import auto_advice
from solver.answer.barriers import missing_barriers
from solver.answer.certificates import prove
from solver.answer.passing import handoffs
from solver.answer.placements import placements
from solver.answer.shortfall import needed_bytes, shortfall
from solver.answer.versions import versions
from solver.answer.words import with_savings
from solver.baselines import baselines
from solver.launch.advisories import launch_warnings
from solver.launch.budget import budget_bytes
from solver.launch.hurdles import hurdle
from solver.search.regions import Packed
from solver.search.widening import least_budget
from solver.wire.bulk import uncollected
from solver.wire.layout import Baseline, LaunchFigures, Layout, Proof, RunInfo, Status, Validation
from solver.wire.manifest import Manifest
from solver.wire.problems import Problem
from solver.wire.units import Bytes


@uncollected()
def assemble(
    manifest: Manifest,
    base: Packed,
    packed: Packed,
    launch: LaunchFigures | None,
    seconds: float,
    wider: tuple[Packed, ...] = (),
) -> Layout:
    """`base` is the packing without any `auto` buffer, which bounds the threads together with `wider` (see
    `solver.search.widening`); `packed` the one to hand out. `launch` None: it does not fit, and the layout says what would."""
    proof = prove(manifest, base, packed, launch, wider)
    barriers = missing_barriers(manifest, packed)
    unplaced = Layout(
        manifest_sha256=manifest.sha256,
        status="infeasible",
        launch=None,
        buffers=(),
        proof=proof,
        baselines=baselines(manifest, packed.on_chip),
        name=manifest.name,
        advice=advise(manifest, base, packed, launch, barriers),
        warnings=(*manifest.warnings, *with_savings(manifest, packed, barriers)),
        validation=Validation(manifest.validation, "none"),
        run_info=RunInfo(seconds, manifest.solver.seed, dict(versions())),
    )
    if launch is None:
        minimum = least_budget(manifest, (packed, *wider))
        warnings = (*unplaced.warnings, *_why(manifest, base, minimum, proof))
        return replace(unplaced, minimum_budget_bytes=minimum, warnings=warnings)
    placed = placements(manifest, packed, launch)
    advice, auto, status = dict(unplaced.advice), auto_advice(manifest, packed, launch), status_of(proof)
    if auto is not None:
        advice["auto"] = auto
    if status == "optimal" and is_as_good(manifest, unplaced.baselines.get("by_hand"), packed, launch):
        advice["by_hand"] = {"optimal": True}
    passing, not_listed = handoffs(packed, launch)
    return replace(
        unplaced,
        status=status,
        launch=launch,
        advice=advice,
        buffers=placed.buffers,
        components=placed.windows,
        handoffs=passing,
        local=placed.local,
        warnings=(*unplaced.warnings, *placed.warnings, *not_listed, *launch_warnings(manifest, launch)),
    )


def is_as_good(manifest: Manifest, own: Baseline | None, packed: Packed, launch: LaunchFigures) -> bool:
    """Whether the user's own layout keeps every rule and has what the layout has of every wish: bytes, launch, `auto` buffers on chip."""
    if own is None or own.broken or own.over_budget or manifest.baseline is None:
        return False
    accesses = sum(one.accesses for one in manifest.buffers if one.location == "auto" and manifest.baseline.places(one))
    here = sum(one.accesses for one in manifest.buffers if one.full_name in packed.on_chip)
    occupancy = launch.occupancy
    return (
        (own.run_bytes, own.block_region_bytes) == (launch.run_bytes, launch.block_region_bytes)
        and (own.threads_per_block, own.resident_threads) == (launch.threads_per_block, occupancy.resident_threads)
        and accesses == here
    )


def status_of(proof: Proof) -> Status:
    """`optimal` where every wish is proven that the objective ranks."""
    wishes = (getattr(proof, wish.name) for wish in fields(proof))
    return "optimal" if all(wish is None or wish.status == "optimal" for wish in wishes) else "feasible"


def _why(manifest: Manifest, base: Packed, minimum: Bytes | None, proof: Proof) -> tuple[Problem, ...]:
    """Why nothing fits; or that a search which was cut short found nothing that fits, but did not rule it out either."""
    found = hurdle(manifest)
    if found is not None:
        return (found,)
    if proof.threads_per_block.status == "infeasible":
        needed = needed_bytes(manifest, base.run.lower_bound_bytes, base.block.lower_bound_bytes) or 0
        return (shortfall(manifest, base.flat, max(needed, budget_bytes(manifest) + 1), minimum),)
    message = (
        "no layout that fits was found in time, but none is ruled out: a run takes at least "
        f"{proof.run_bytes.lower_bound_bytes} bytes; more time may find one"
    )
    return (Problem("infeasibility-not-proven", "/solver/time_limit_s", message),)
