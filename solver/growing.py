"""Buffer sizes that depend on the threads of the block: which block size to take.

Every block size is a manifest of its own, with exactly so many threads and the sizes that follow from them
(`Manifest.in_block`). A layout of a larger block also serves a smaller block: buffers are cut shorter, and the last
windows are left out. So blocks fit up to some size and none beyond it; bisection finds that size.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from warpack.solver.answer.assemble import status_of
from warpack.solver.answer.hand_layout import hand_layout_advice
from warpack.solver.baselines.of_blocks import baselines_of_blocks
from warpack.solver.devices.table import device
from warpack.solver.flatten import flatten
from warpack.solver.launch.advisories import launch_warnings
from warpack.solver.launch.ranking import rank, threads_step
from warpack.solver.launch.threads import launch_for
from warpack.solver.launch.weighing import by_residents, weighed, weighs
from warpack.solver.search.bounds.max_live import lower_bound
from warpack.solver.wire.layout import CountProof, LaunchFigures, Layout, Status, ThreadsProof
from warpack.solver.wire.manifest import Manifest
from warpack.solver.wire.problems import ManifestError
from warpack.solver.wire.units import align_up

_Value = tuple[Fraction, int, int]
"""The worth of accesses and resident threads, then resident threads, then the rank of the block size."""

Solve = Callable[[Manifest], Layout]
"""The best layout of a manifest whose sizes are numbers."""


def best_block(manifest: Manifest, solve: Solve) -> Layout:
    """The layout of the best block, by the order of wishes, with what is proven about all others. Where none fits, the
    layout of the smallest block."""
    given = manifest.launch.threads_per_block
    found = solve(manifest.in_block(given)) if given is not None else _best(manifest, solve)
    return _compared(manifest, found)


def _best(manifest: Manifest, solve: Solve) -> Layout:
    for sizes in _sizes(manifest):
        found = _Blocks(manifest, solve, sizes).best() if sizes else None
        if found is not None:
            return found
    return solve(manifest.in_block(_least(manifest)))


def _least(manifest: Manifest) -> int:
    return align_up(manifest.least_threads, manifest.launch.threads_per_run)


def _sizes(manifest: Manifest) -> tuple[Sequence[int], Sequence[int]]:
    """Block sizes that are whole multiples, and those of whole runs below the first such; smallest first."""
    launch, step = manifest.launch, threads_step(manifest)
    most = min(launch.max_threads_per_block, device(manifest.target.compute_capability).max_threads_per_block)
    first = align_up(manifest.least_threads, step)
    return range(first, most + 1, step), range(_least(manifest), min(most + 1, first), launch.threads_per_run)


def _ruled_out(layout: Layout | None) -> bool:
    """Whether it is proven that nothing fits, and not only that nothing was found in time."""
    return layout is None or (layout.launch is None and layout.proof.threads_per_block.status == "infeasible")


@dataclass(frozen=True)
class _Blocks:
    """Blocks of some sizes, smallest first."""

    manifest: Manifest
    solve: Solve
    sizes: Sequence[int]

    def best(self) -> Layout | None:
        """None where none is found that fits."""
        if by_residents(self.manifest):
            return self._most_resident()
        return self._largest() if self.manifest.objective == "threads_per_block" else self._smallest()

    def _at(self, size: int) -> Layout | None:
        """None where pinned buffers leave no packing with the sizes of this block."""
        try:
            return self.solve(self.manifest.in_block(size))
        except ManifestError:
            return None

    def _largest(self) -> Layout | None:
        """The largest that fits. `ruled_out`: the smallest of which it is proven that it does not."""
        sizes = self.sizes
        found: Layout | None = None
        fitting, beyond, ruled_out = -1, len(sizes), len(sizes)
        at = len(sizes) - 1
        while beyond - fitting > 1:
            layout = self._at(sizes[at])
            if layout is not None and layout.launch is not None:
                fitting, found = at, layout
            else:
                beyond = at
                ruled_out = at if _ruled_out(layout) else ruled_out
            at = (fitting + beyond) // 2
        if found is None or found.launch is None:
            return None
        return self._with_threads(found, found.launch, sizes[ruled_out - 1])

    def _smallest(self) -> Layout | None:
        """With the fewest bytes."""
        for size in self.sizes:
            layout = self._at(size)
            if layout is not None and layout.launch is not None:
                return self._with_threads(layout, layout.launch, size)
        return None

    def _most_resident(self) -> Layout | None:
        """The one with the most resident threads, or, where accesses are weighed against them, the one that is worth
        the most. Sizes whose bounds allow no more than what was found are not solved."""
        best: _Value | None = None
        found: Layout | None = None
        upper, settled, everything = 0, True, self.manifest.run_accesses[1]
        bounds = {size: self._resident_at_most(size) for size in self.sizes}
        hoped = sorted((self._value(size, bounds[size], everything), size) for size in self.sizes if bounds[size])
        for value, size in reversed(hoped):
            if best is not None and value <= best:
                break
            layout = self._at(size)
            if layout is None or layout.launch is None:
                if not _ruled_out(layout):
                    upper, settled = max(upper, bounds[size]), False
                continue
            resident, of_this = layout.launch.occupancy.resident_threads, layout.proof.resident_threads
            upper = max(upper, resident if of_this is None else of_this.upper_bound)
            settled = settled and (of_this is None or of_this.status == "optimal")
            here = self._value(size, resident, self._on_chip(layout))
            if best is None or here > best:
                best, found = here, layout
        if found is None or found.launch is None:
            return None
        launch = found.launch
        if not weighs(self.manifest):
            most = max(upper, launch.occupancy.resident_threads)
            status: Status = "optimal" if most == launch.occupancy.resident_threads else "feasible"
            count = CountProof(status, most, {"kind": "block-sizes"})
            found, settled = replace(found, proof=replace(found.proof, resident_threads=count)), status == "optimal"
        return self._with_threads(found, launch, launch.threads_per_block, settled=settled)

    def _value(self, threads: int, resident: int, accesses: int) -> _Value:
        """The rank by the objective; larger is better."""
        if weighs(self.manifest):
            return weighed(self.manifest, resident, accesses), *rank(self.manifest, threads, resident)[1:]
        return Fraction(0), resident, -threads

    def _on_chip(self, layout: Layout) -> int:
        """Accesses of `auto` buffers in shared memory."""
        placed = layout.by_name
        autos = (buffer for buffer in self.manifest.buffers if buffer.location == "auto")
        return sum(buffer.accesses for buffer in autos if placed[buffer.full_name].location == "shared")

    def _resident_at_most(self, threads: int) -> int:
        """What the bounds on a block's bytes allow, if block-scoped buffers may lie over windows and bank conflicts are
        ignored."""
        manifest = self.manifest.in_block(threads)
        manifest = replace(manifest, launch=replace(manifest.launch, bank_conflicts="ignore"))
        flat = flatten(manifest)
        run, block = lower_bound(flat.run).size_bytes, lower_bound(flat.block).size_bytes
        launch = launch_for(
            manifest, run_bytes=run, block_region_bytes=0 if run else block, block_reach_bytes=block if run else 0
        )
        return 0 if launch is None else launch.occupancy.resident_threads

    def _with_threads(self, layout: Layout, launch: LaunchFigures, upper: int, *, settled: bool = True) -> Layout:
        """The layout with the proof that no better block has more than `upper` threads. `settled`: no better block was
        left open."""
        resident = layout.proof.resident_threads
        certificate = {
            "kind": "block-sizes",
            "resident_threads_upper_bound": launch.occupancy.resident_threads
            if resident is None
            else resident.upper_bound,
        }
        proof = replace(
            layout.proof,
            threads_per_block=ThreadsProof(
                "optimal" if settled and upper == launch.threads_per_block else "feasible", upper, certificate
            ),
        )
        said = {warning.type for warning in layout.warnings}
        warnings = [one for one in launch_warnings(self.manifest, launch) if one.type not in said]
        return replace(
            layout,
            proof=proof,
            status=status_of(proof),
            warnings=(*layout.warnings, *warnings),
        )


def _compared(manifest: Manifest, layout: Layout) -> Layout:
    """With baselines, each with its own best block."""
    autos = {buffer.full_name for buffer in manifest.buffers if buffer.location == "auto"}
    on_chip = frozenset(one.full_name for one in layout.buffers if one.location == "shared") & autos
    given = manifest.launch.threads_per_block
    whole, others = _sizes(manifest)
    found = baselines_of_blocks(manifest, (*whole, *others) if given is None else (given,), on_chip)
    advice = {key: told for key, told in layout.advice.items() if key != "by_hand"}
    if layout.launch is not None:
        own = hand_layout_advice(manifest, found.get("by_hand"), on_chip, layout.launch, layout.status)
        advice |= {} if own is None else {"by_hand": own}
    return replace(layout, baselines=found, advice=advice)
