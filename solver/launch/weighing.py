"""Accesses on chip weighed against resident threads: what a choice of `auto` buffers is worth where the registers are
known.

With `target.registers_per_thread` the occupancy is exact. If registers are few, a multiprocessor can hold so many
threads that no shared memory is left for `auto` buffers. So threads do not come first then. A run's accesses *cost* 1
each on chip and LOCAL_ACCESS_COST each off it, and the choice with the most resident threads per cost is taken.
"""

from __future__ import annotations

from fractions import Fraction

from warpack.solver.wire.manifest import Manifest

LOCAL_ACCESS_COST = 8
"""The cost of an access to local memory, where one to shared memory costs 1: about how much longer the second-level
cache takes. The local arrays of so many threads do not fit the first-level cache."""


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
    """The cost of a run's accesses, with so many accesses of `auto` buffers on chip."""
    shared, autos = manifest.run_accesses
    return shared + accesses_on_chip + LOCAL_ACCESS_COST * (autos - accesses_on_chip)


def weighed(manifest: Manifest, resident_threads: int, accesses_on_chip: int) -> Fraction:
    """Resident threads per cost: larger is better."""
    return Fraction(resident_threads, cost(manifest, accesses_on_chip))
