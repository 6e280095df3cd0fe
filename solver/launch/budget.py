"""The budget: the most shared bytes, static and dynamic together, that a block may have."""

from __future__ import annotations

from warpack.solver.devices.table import device
from warpack.solver.wire.manifest import Manifest
from warpack.solver.wire.units import Bytes


def budget_bytes(manifest: Manifest) -> Bytes:
    """The manifest's budget as a number. `default` is what every kernel may use (48 KiB), `opt-in` the architecture's
    most.

    The bytes that newer architectures reserve per block are no part of it: the opt-in maximum already leaves them out.
    """
    limits, budget = device(manifest.target.compute_capability), manifest.target.shared_budget_bytes
    if budget == "default":
        return limits.max_smem_per_block_default
    if budget == "opt-in":
        return limits.max_smem_per_block_optin
    return budget
