"""The whole layout, from packings and launch."""

from __future__ import annotations

from dataclasses import fields, replace

from warpack.solver.answer.advice import advise
from warpack.solver.answer.auto import auto_advice
from warpack.solver.answer.barriers import missing_barriers
from warpack.solver.answer.certificates import prove
from warpack.solver.answer.hand_layout import hand_layout_advice
from warpack.solver.answer.handoffs import handoffs
from warpack.solver.answer.placements import placements
from warpack.solver.answer.promises import with_savings
from warpack.solver.answer.shortfall import needed_bytes, shortfall
from warpack.solver.answer.trying import Trying
from warpack.solver.answer.versions import versions
from warpack.solver.baselines import baselines
from warpack.solver.launch.advisories import launch_warnings
from warpack.solver.launch.budget import budget_bytes
from warpack.solver.launch.conflicts import conflicts_by_width
from warpack.solver.launch.hurdles import hurdle
from warpack.solver.search.auto.stride_widening import least_budget
from warpack.solver.search.region.regions import Packed
from warpack.solver.wire.bulk import uncollected
from warpack.solver.wire.layout import LaunchFigures, Layout, Proof, RunInfo, Status, Validation
from warpack.solver.wire.manifest import Manifest
from warpack.solver.wire.problems import Problem
from warpack.solver.wire.run_info import StrategyAccount
from warpack.solver.wire.units import Bytes


@uncollected()
def assemble(
    manifest: Manifest,
    base: Packed,
    packed: Packed,
    launch: LaunchFigures | None,
    seconds: float,
    wider: tuple[Packed, ...] = (),
    search: tuple[StrategyAccount, ...] = (),
) -> Layout:
    """`base` is the packing without any `auto` buffer, which bounds the threads together with `wider` (see
    `warpack.solver.search.auto.stride_widening`); `packed` the one to hand out. `launch` None: it does not fit, and the
    layout says what would. `search`: the ledger, as far as the search has come."""
    proof = prove(manifest, base, packed, launch, wider)
    trying = Trying(packed)
    barriers = missing_barriers(manifest, trying)
    unplaced = Layout(
        manifest_sha256=manifest.sha256,
        status="infeasible",
        launch=None,
        buffers=(),
        proof=proof,
        baselines=baselines(manifest, packed.on_chip),
        name=manifest.name,
        advice=advise(manifest, base, packed, launch, barriers),
        warnings=(*manifest.warnings, *with_savings(manifest, trying, barriers)),
        validation=Validation(manifest.validation, "none"),
        run_info=RunInfo(seconds, manifest.solver.seed, dict(versions()), search),
    )
    if launch is None:
        minimum = least_budget(manifest, (packed, *wider))
        warnings = (*unplaced.warnings, *_why(manifest, base, minimum, proof))
        return replace(unplaced, minimum_budget_bytes=minimum, warnings=warnings)
    placed = placements(manifest, packed, launch)
    settled = proof.threads_per_block.certificate.get("kind") == "weighed"
    auto = auto_advice(manifest, packed, launch, settled=settled)
    advice, status = dict(unplaced.advice), status_of(proof)
    if auto is not None:
        advice["auto"] = auto
    own = hand_layout_advice(manifest, unplaced.baselines.get("by_hand"), packed.on_chip, launch, status)
    if own is not None:
        advice["by_hand"] = own
    passing, not_listed = handoffs(packed, launch)
    widths = conflicts_by_width(manifest, launch, packed.on_chip)
    return replace(
        unplaced,
        status=status,
        launch=launch,
        advice=advice,
        buffers=placed.buffers,
        components=placed.windows,
        handoffs=passing,
        local=placed.local,
        bank_conflicts=widths,
        warnings=(*unplaced.warnings, *placed.warnings, *not_listed, *launch_warnings(manifest, launch, widths)),
    )


def status_of(proof: Proof) -> Status:
    """`optimal` where every wish that the objective ranks is proven."""
    wishes = (getattr(proof, wish.name) for wish in fields(proof))
    return "optimal" if all(wish is None or wish.status == "optimal" for wish in wishes) else "feasible"


def _why(manifest: Manifest, base: Packed, minimum: Bytes | None, proof: Proof) -> tuple[Problem, ...]:
    """Why nothing fits; or that a search was cut short before it found something that fits or ruled it out."""
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
