"""What a layout is compared with: the user's own layout, and what two simpler rules make of the same manifest.

simple    the bytes of the two rules
by_hand   the user's layout, and which rules it breaks
figures   the launch of any of them, by the rules of the layout's own
"""

from __future__ import annotations

from solver.baselines.by_hand import by_hand
from solver.baselines.figures import figures_of
from solver.baselines.simple import RegionBytes, declared_aliases_bytes, no_sharing_bytes
from solver.wire.layout import Baseline
from solver.wire.manifest import Manifest

__all__ = ["RegionBytes", "baselines", "declared_aliases_bytes", "no_sharing_bytes"]


def baselines(manifest: Manifest, on_chip: frozenset[str] = frozenset()) -> dict[str, Baseline]:
    """`by_hand`: the layout that the manifest gives as its `baseline`, where it gives one. `no_sharing`: every buffer has bytes of its own.
    `declared_aliases`: a buffer may lie only inside one that it names as its alias, none of the two persistent, several in one target one
    after the other. Both place the buffers in the order in which the manifest names them, each at the next aligned byte, and take neither
    lifetimes nor pinned offsets into account. Of all three the launch is found as the layout's is.

    `on_chip`: the `auto` buffers that are; the user's own layout says so itself."""
    found = {} if manifest.baseline is None else {"by_hand": by_hand(manifest, manifest.baseline)}
    rules = {"no_sharing": no_sharing_bytes, "declared_aliases": declared_aliases_bytes}
    return found | {name: figures_of(manifest, rule(manifest, on_chip), on_chip) for name, rule in rules.items()}
