"""Manifest to packing problems, one for each region."""

from __future__ import annotations

from collections.abc import Callable

from warpack.solver.flatten import in_place, observations, permissions
from warpack.solver.flatten.crossing import crossing
from warpack.solver.flatten.items import RegionItems, region_items, windows
from warpack.solver.flatten.lifetimes import Lives
from warpack.solver.flatten.problem import FlatManifest, FlatTimeline, RegionProblem
from warpack.solver.flatten.relation import Relation
from warpack.solver.flatten.unroll import unroll
from warpack.solver.wire.bulk import uncollected
from warpack.solver.wire.layout import Region
from warpack.solver.wire.manifest import Manifest, Scope
from warpack.solver.wire.problems import Problem
from warpack.solver.wire.units import Phase


@uncollected()
def flatten(
    manifest: Manifest,
    on_chip: frozenset[str] = frozenset(),
    split: frozenset[str] = frozenset(),
    stopped: Callable[[], bool] = lambda: False,
    *,
    warned: bool = True,
) -> FlatManifest:
    """The run region's and the block region's problem, over one program with every call expanded.

    `on_chip` names the `auto` buffers (in full) that are placed in shared memory; the others and the local ones are
    left out. `split` names (in full) the buffers whose parts are placed apart, out of
    `warpack.solver.flatten.items.splittable`. `warnings` are those that need the flattened program; reading the
    manifest gave the others. Without `warned` they are not looked for. Once `stopped` returns True, the worst is
    assumed of whatever is not yet known, and the problems are not `exact`.
    """
    unrolled = unroll(manifest)
    lives, relation = Lives(manifest, unrolled, stopped), Relation(manifest, unrolled)
    scopes: tuple[Scope, ...] = ("run", "block")
    regions = {scope: region_items(manifest, scope, on_chip, lives, relation, split) for scope in scopes}
    idle: dict[int, str] = {}
    run, block = (_problem(manifest, regions[scope], lives, relation, idle) for scope in scopes)
    warnings: list[Problem] = []
    if warned:
        warnings += observations.of_lives(manifest, unrolled, lives) + permissions.lost_aliases(manifest)
        warnings += in_place.warnings(manifest, idle, {frozenset(pair) for pair in manifest.apart})
        for scope, problem in zip(scopes, (run, block), strict=True):
            warnings += observations.no_barrier_no_sharing(manifest, regions[scope], problem, relation)
    waits: dict[Region, frozenset[Phase]] = {scope: relation.waits(scope) for scope in scopes}
    timeline = FlatTimeline(unrolled.length, unrolled.names, unrolled.loops, waits)
    over = crossing(manifest, regions["block"], regions["run"], relation)
    uses = regions["run"].uses | regions["block"].uses
    return FlatManifest(timeline, run, block, tuple(warnings), over, relation, uses)


def _problem(
    manifest: Manifest, region: RegionItems, lives: Lives, relation: Relation, idle: dict[int, str]
) -> RegionProblem:
    apart = permissions.apart_pairs(manifest, region)
    aliases = permissions.alias_permits(manifest, region, apart)
    allowed, without_effect = in_place.permissions(manifest, region, lives, relation, apart | aliases)
    idle.update(without_effect)
    return RegionProblem(
        region.scope,
        region.items,
        in_place=allowed,
        alias_permits=aliases,
        apart=apart,
        windows=windows(manifest, region.items),
        private_to_thread=region.private,
        length=relation.unrolled.length,
        plain=region.plain,
        exact=region.exact,
    )
