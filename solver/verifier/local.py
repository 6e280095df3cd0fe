"""Memory off the chip: the sums that a layout states, and the persistent arrays, one for each dtype."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from warpack.solver.verifier.findings import Findings
from warpack.solver.verifier.placement import PlacedRange
from warpack.solver.wire.dtypes import DType
from warpack.solver.wire.layout import LocalBytes


def check_local(local: LocalBytes, matched: Sequence[PlacedRange], findings: Findings) -> None:
    """`local_bytes` is the sum of the plain local buffers. Persistent local buffers of one dtype lie in one array, side
    by side: `persistent_local_bytes` is the sum of the arrays, each from its first buffer's start to its last one's
    end."""
    plain = sum(one.buffer.size_bytes for one in matched if one.placed.region == "local")
    findings.expect("local-bytes", "local.local_bytes", local.local_bytes, plain)
    arrays: dict[DType, list[PlacedRange]] = defaultdict(list)
    for one in matched:
        if one.placed.region == "persistent_local" and one.ranges:
            arrays[one.buffer.dtype].append(one)
    total = sum(_check_array(sorted(members, key=lambda one: one.ranges), findings) for members in arrays.values())
    stated = local.persistent_local_bytes
    findings.expect("local-bytes", "local.persistent_local_bytes", stated, total)


def _check_array(members: Sequence[PlacedRange], findings: Findings) -> int:
    first = members[0].ranges[0][0]
    end, last = first, ""
    for one in members:
        name, (start, stop) = one.buffer.full_name, one.ranges[0]
        if start < end:
            message = f"{last} and {name} share bytes [{start}, {min(end, stop)}) of the persistent local storage"
            at = (start, min(end, stop))
            findings.add("overlap", message, last, name, region="persistent_local", at=at)
        if (start - first) % one.buffer.alignment_bytes:
            message = (
                f"{name} is {start - first} bytes into its array, which is no multiple of its alignment, "
                f"{one.buffer.alignment_bytes}"
            )
            findings.add("misaligned", message, name, region="persistent_local", at=(start, stop))
        if stop > end:
            end, last = stop, name
    return end - first
