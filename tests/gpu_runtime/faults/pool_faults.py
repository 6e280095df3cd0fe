"""Layouts of a pool in which one rule is broken."""

from __future__ import annotations

from dataclasses import replace

from tests.helpers.pools import pool_of
from warpack.solver import Layout, Manifest, optimize


def _solved() -> tuple[Manifest, Layout]:
    manifest = pool_of({"name": "a", "size": 10, "lifetime": [[0, 4]]}, {"name": "b", "size": 6, "lifetime": [[3, 8]]})
    return manifest, optimize(manifest)


def too_large() -> tuple[Manifest, Layout]:
    """A pool that goes on behind its last buffer; the proof is made to fit it."""
    manifest, layout = _solved()
    pool, proof = layout.pool, layout.proof.pool_bytes
    assert pool is not None
    assert proof is not None
    return manifest, replace(
        layout,
        status="feasible",
        pool=replace(pool, pool_bytes=pool.pool_bytes + 1),
        proof=replace(layout.proof, pool_bytes=replace(proof, status="feasible")),
    )


def with_budget() -> tuple[Manifest, Layout]:
    manifest, layout = _solved()
    return manifest, replace(layout, minimum_budget_bytes=16)
