"""What a layout is compared with: the user's own layout, and what two simpler rules make of the same manifest.

simple    the bytes of the two rules
by_hand   the user's layout, and which rules it breaks
across    which of its buffers lie over windows of runs
of_blocks where sizes depend on the threads of the block
figures   the launch of any of them, by the rules of the layout's own launch
"""

from __future__ import annotations

from warpack.solver.baselines.by_hand import broken_by_hand, by_hand
from warpack.solver.baselines.figures import figures_of
from warpack.solver.baselines.simple import RegionBytes, declared_aliases_bytes, no_sharing_bytes
from warpack.solver.wire.layout import Baseline
from warpack.solver.wire.manifest import Manifest

__all__ = ["RegionBytes", "baselines", "broken_by_hand", "declared_aliases_bytes", "no_sharing_bytes"]


def baselines(manifest: Manifest, on_chip: frozenset[str] = frozenset()) -> dict[str, Baseline]:
    """`by_hand`: the layout that the manifest gives as its `baseline`, where it gives one. `no_sharing`: every buffer
    has bytes of its own. `declared_aliases`: a buffer may lie only inside one that it names as its alias, none of the
    two persistent, several in one target one after the other. Both place the buffers in the order in which the manifest
    names them, each at the next aligned byte, and take neither lifetimes nor pinned offsets into account. The launch of
    all three is found by the same rules as the layout's.

    `on_chip`: the `auto` buffers that are; the user's own layout says so itself."""
    found = {} if manifest.baseline is None else {"by_hand": by_hand(manifest, manifest.baseline)}
    apart, inside = no_sharing_bytes(manifest, on_chip), declared_aliases_bytes(manifest, on_chip)
    no_sharing = figures_of(manifest, apart, on_chip)
    aliases = no_sharing if inside == apart else figures_of(manifest, inside, on_chip)
    return found | {"no_sharing": no_sharing, "declared_aliases": aliases}
