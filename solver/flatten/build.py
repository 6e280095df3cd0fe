"""Manifest to packing problems, one for each region."""

from __future__ import annotations

from solver.flatten import in_place, observations, permissions
from solver.flatten.items import Shelf, shelf, windows
from solver.flatten.lifetimes import Lives
from solver.flatten.loops import Loops
from solver.flatten.problem import FlatManifest, RegionProblem
from solver.flatten.tails import Tails
from solver.flatten.timeline import unroll
from solver.wire.bulk import uncollected
from solver.wire.manifest import Manifest, Scope


@uncollected()
def flatten(
    manifest: Manifest, on_chip: frozenset[str] = frozenset(), split: frozenset[str] = frozenset()
) -> FlatManifest:
    """The run region's and the block region's problem, over one timeline with every call expanded.

    `on_chip` names the `auto` buffers (in full) that are placed in shared memory; the others and the local ones are
    left out. `split` names (in full) the buffers whose parts are placed apart, out of `solver.flatten.items.splittable`.
    `warnings` are those that need flattened lifetimes; reading the manifest gave the others.
    """
    unrolled = unroll(manifest)
    lives = Lives(manifest, unrolled)
    warnings = observations.rewritten_at_loop_head(manifest, unrolled, lives) + permissions.lost_aliases(manifest)
    idle: dict[int, str] = {}
    loops = Loops(unrolled.flat.loops)
    scopes: tuple[Scope, ...] = ("run", "block")
    shelves = {
        scope: shelf(manifest, scope, on_chip, lives, Tails(unrolled.flat, loops, scope), split) for scope in scopes
    }
    run = _problem(manifest, shelves["run"], lives, idle)
    block = _problem(manifest, shelves["block"], lives, idle)
    warnings += in_place.warnings(manifest, idle, {frozenset(pair) for pair in manifest.apart})
    for one, problem in ((shelves["run"], run), (shelves["block"], block)):
        warnings += observations.no_barrier_no_sharing(manifest, one, problem)
    return FlatManifest(unrolled.flat, run, block, tuple(warnings))


def _problem(manifest: Manifest, shelf: Shelf, lives: Lives, idle: dict[int, str]) -> RegionProblem:
    apart = permissions.apart_pairs(manifest, shelf)
    aliases = permissions.alias_permits(manifest, shelf, apart)
    allowed, without_effect = in_place.permissions(manifest, shelf, lives, apart | aliases)
    idle.update(without_effect)
    return RegionProblem(
        shelf.scope,
        shelf.items,
        allowed,
        aliases,
        apart,
        windows(manifest, shelf.items),
        shelf.private,
    )
