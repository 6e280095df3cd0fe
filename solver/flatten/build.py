"""Manifest to packing problems, one for each region."""

from __future__ import annotations

from solver.flatten import in_place, observations, permissions
from solver.flatten.items import Shelf, shelf, windows
from solver.flatten.lifetimes import Lives
from solver.flatten.problem import FlatManifest, RegionProblem
from solver.flatten.tails import Tails
from solver.flatten.timeline import unroll
from solver.wire.manifest import Manifest
from solver.wire.problems import Problem


def flatten(manifest: Manifest, on_chip: frozenset[str] = frozenset()) -> FlatManifest:
    """The run region's and the block region's problem, over one timeline with every call expanded.

    `on_chip` names the `auto` buffers (in full) that are placed in shared memory; the others and the local ones are
    left out. `warnings` are those that need flattened lifetimes; reading the manifest gave the others.
    """
    unrolled = unroll(manifest)
    lives = Lives(manifest, unrolled)
    warnings = observations.rewritten_at_loop_head(manifest, unrolled, lives) + permissions.lost_aliases(manifest)
    idle: dict[int, str] = {}
    shelves = {scope: shelf(manifest, scope, on_chip, lives, Tails(unrolled.flat, scope)) for scope in ("run", "block")}
    run = _problem(manifest, shelves["run"], lives, idle)
    block = _problem(manifest, shelves["block"], lives, idle)
    warnings += in_place.warnings(manifest, idle, {frozenset(pair) for pair in manifest.apart})
    missing: list[Problem] = []
    for scope, problem in (("run", run), ("block", block)):
        missing += observations.no_barrier_no_sharing(manifest, shelves[scope], problem)
    return FlatManifest(unrolled.flat, run, block, (*warnings, *missing))


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
