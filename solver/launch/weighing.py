"""Accesses on chip weighed against resident threads: what a choice of `auto` buffers is worth where the registers are
known.

With `target.registers_per_thread` the occupancy is exact, and few registers let a multiprocessor hold so many threads
that shared memory would be left to none of the `auto` buffers. So the threads do not come first then: a run's accesses
*cost* 1 each on chip and LOCAL_ACCESS_COST each off it, and the choice is taken with the most resident threads for its
cost.
"""

from __future__ import annotations

from fractions import Fraction

from warpack.solver.wire.manifest import Manifest

LOCAL_ACCESS_COST = 8
"""What an access to local memory counts for: about what the second-level cache takes longer than shared memory. The
arrays of as many threads as are weighed here do not fit the first-level cache."""


def weighs(manifest: Manifest) -> bool:
    """Whether accesses are weighed against resident threads: registers are known, and an `auto` buffer that may come on
    chip has accesses."""
    return (
        manifest.target.registers_per_thread is not None
        and manifest.objective != "shared_bytes"
        and manifest.run_accesses[1] > 0
    )


def by_residents(manifest: Manifest) -> bool:
    """Whether resident threads come before threads per block."""
    return manifest.objective == "resident_threads" or weighs(manifest)


def cost(manifest: Manifest, accesses_on_chip: int) -> int:
    """What a run's accesses cost with so many of the `auto` buffers' on chip."""
    shared, autos = manifest.run_accesses
    return shared + accesses_on_chip + LOCAL_ACCESS_COST * (autos - accesses_on_chip)


def weighed(manifest: Manifest, resident_threads: int, accesses_on_chip: int) -> Fraction:
    """Resident threads for the cost: larger is better."""
    return Fraction(resident_threads, cost(manifest, accesses_on_chip))
