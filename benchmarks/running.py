"""Runs every solver on one instance, in one process, one after the other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from benchmarks.attempt import Attempt
from benchmarks.instances.instance import Instance
from benchmarks.peers import cubie_rule, omni, plain_cpsat, warpack
from benchmarks.peers.question import Question
from benchmarks.threads import BlockSizes, block_sizes
from warpack.solver import Layout, Manifest, SearchOptions
from warpack.solver.wire.problems import ManifestError, Problem
from warpack.solver.wire.run_info import StrategyAccount


@dataclass(frozen=True)
class Row:
    """`attempts`: Warpack's first. `blocks`: threads per block at several budgets; empty where threads are not the
    manifest's objective. `accounts`: which strategy of Warpack's search found and proved what."""

    instance: Instance
    buffers: int
    attempts: tuple[Attempt, ...]
    blocks: tuple[BlockSizes, ...] = ()
    accounts: tuple[StrategyAccount, ...] = ()

    @property
    def ours(self) -> Attempt:
        return self.attempts[0]

    @property
    def bound_bytes(self) -> int:
        """The best known bound of the instance: its optimum, or the largest bound that any solver proved."""
        return self.instance.optimum_bytes or max(one.lower_bound_bytes for one in self.attempts)

    def by(self, solver: str) -> Attempt | None:
        return next((one for one in self.attempts if one.solver == solver), None)

    @property
    def faults(self) -> tuple[str, ...]:
        """Packings that were refused, and bounds above the known optimum or above some solver's packing."""
        found = [f"{one.solver} on {self.instance.name}: {one.fault}" for one in self.attempts if one.fault]
        enough = [one.run_bytes for one in self.attempts if one.run_bytes is not None and one.checked and not one.fault]
        enough += [] if self.instance.optimum_bytes is None else [self.instance.optimum_bytes]
        for one in self.attempts:
            if enough and one.lower_bound_bytes > min(enough):
                found.append(
                    f"{one.solver} on {self.instance.name}: claims a bound of {one.lower_bound_bytes} bytes, "
                    f"and {min(enough)} bytes are enough"
                )
        return tuple(found)


def run(instance: Instance, limit_s: float, search: SearchOptions | None = None) -> Row:
    """Every solver that is installed. Raises ManifestError, with the instance's name, for a bad manifest."""
    try:
        manifest = instance.manifest(limit_s)
    except ManifestError as error:
        raise ManifestError(
            tuple(
                Problem(one.type, one.pointer, f"{instance.name}: {one.message}", one.names) for one in error.problems
            )
        ) from None
    ours, layout = warpack.solve(manifest, search)
    question = Question(manifest, limit_s, promoted(manifest, layout))
    others = [omni.solve(question)] if omni.installed() else []
    others += [plain_cpsat.solve(question), cubie_rule.solve(question)]
    blocks = block_sizes(question, layout) if manifest.objective != "shared_bytes" else ()
    return Row(instance, len(manifest.buffers), (ours, *others), blocks, layout.run_info.search)


def solvers(rows: list[Row]) -> Iterator[str]:
    """Names of all that took part, in their order."""
    yield from dict.fromkeys(one.solver for row in rows for one in row.attempts)


def promoted(manifest: Manifest, layout: Layout) -> frozenset[str]:
    """The `auto` buffers that Warpack put on chip: the others get the same ones to place."""
    on_chip = {placed.full_name for placed in layout.buffers if placed.location == "shared"}
    return frozenset(one.full_name for one in manifest.buffers if one.location == "auto" and one.full_name in on_chip)
