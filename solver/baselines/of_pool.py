"""What the layout of a pool is compared with: arenas that simpler rules need, and the user's own."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice

from warpack.solver.baselines.by_hand import broken
from warpack.solver.baselines.simple import declared_aliases_bytes, no_sharing_bytes
from warpack.solver.flatten import flatten
from warpack.solver.flatten.problem import FlatManifest
from warpack.solver.wire.layout import MOST_BROKEN_LISTED, Baseline
from warpack.solver.wire.manifest import HandLayout, Manifest


def baselines_of_pool(manifest: Manifest, flat: FlatManifest) -> dict[str, Baseline]:
    """By the same rules and names as those of a block; that of aliases where there are any. `flat`: the manifest as it
    was packed."""
    own = manifest.baseline
    found = {} if own is None else {"by_hand": pool_by_hand(manifest, own, flat)}
    found["no_sharing"] = _of(no_sharing_bytes(manifest).run)
    if any(buffer.aliases for buffer in manifest.buffers):
        found["declared_aliases"] = _of(declared_aliases_bytes(manifest).run)
    return found


def pool_by_hand(manifest: Manifest, own: HandLayout, flat: FlatManifest | None = None) -> Baseline:
    split = frozenset(buffer.full_name for buffer in manifest.buffers if any("#" in n for n, _ in own.places(buffer)))
    if flat is None or {item.name for item in flat.run.items} - own.offsets_bytes.keys():
        flat = flatten(manifest, split=split, warned=False)
    flat = replace(flat, run=replace(flat.run, region="pool"))
    return Baseline(
        0, 0, pool_bytes=own.pool_bytes, broken=tuple(islice(broken(manifest, own, flat, None), MOST_BROKEN_LISTED))
    )


def _of(pool_bytes: int) -> Baseline:
    return Baseline(0, 0, pool_bytes=pool_bytes)
