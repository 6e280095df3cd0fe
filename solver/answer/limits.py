"""The best launch that the lower bounds of both regions would allow, whichever `auto` buffers are on chip."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, NamedTuple

from warpack.solver.launch.block import block_shape
from warpack.solver.launch.ranking import rank_of
from warpack.solver.launch.threads import launch_for
from warpack.solver.launch.wanted import wanted_launches
from warpack.solver.search.auto.stride_widening import (
    launch_of,
    least_with,
    padding_bounded,
    widening_autos,
    widening_choices,
)
from warpack.solver.search.region.regions import Packed
from warpack.solver.search.scopes.launch_bound import LaunchBound
from warpack.solver.wire.layout import LaunchFigures
from warpack.solver.wire.manifest import Manifest
from warpack.solver.wire.units import Bytes


class Best(NamedTuple):
    """The best launch that nothing rules out."""

    threads_per_block: int
    resident_threads: int


def best_of(launch: LaunchFigures | None) -> Best | None:
    return None if launch is None else Best(launch.threads_per_block, launch.occupancy.resident_threads)


@dataclass(frozen=True)
class Limits:
    """`base` is the packing without any `auto` buffer. More of them on chip take more bytes and never give a better
    launch, except that the padding may shrink. `known` are bounds of run bytes with buffers on chip that may need less
    padding (see `warpack.solver.search.auto.stride_widening`)."""

    manifest: Manifest
    base: Packed
    known: Mapping[frozenset[str], Bytes]

    @cached_property
    def wider(self) -> list[str]:
        """Sorted full names of the buffers with which the padding might shrink."""
        return sorted(widening_autos(self.manifest))

    @property
    def certificate(self) -> dict[str, Any]:
        certificate: dict[str, Any] = {"kind": "bytes-bounds", "run_bytes_at_least": self.base.run.lower_bound_bytes}
        if (
            self._together
        ):  # block-scoped buffers may lie over windows: every better launch was examined, and most were ruled out
            return certificate | {
                "kind": "launches-ruled-out",
                "block_bytes_at_least": self.base.block.lower_bound_bytes,
            }
        certificate["block_region_bytes_at_least"] = self.base.block.lower_bound_bytes
        return certificate | {"also_with_on_chip": self.wider} if self.wider else certificate

    @property
    def _together(self) -> bool:
        return self.base.weighed and not self.wider

    def _most_together(self, rules: Manifest) -> Best | None:
        """Where block-scoped buffers may lie over windows: the best launch that was left open, or the packing's own.
        Elsewhere the best that the bounds allow."""
        base, manifest = self.base, self.manifest
        if rules.launch == manifest.launch:
            open_ = base.open_launch
            return (
                best_of(launch_of(manifest, base))
                if open_ is None
                else Best(open_.threads, open_.threads * open_.blocks)
            )
        shape = block_shape(manifest, run_bytes=base.run.size_bytes, block_region_bytes=0)
        ceiling = LaunchBound(manifest, base.flat, shape, base.run.lower_bound_bytes, base.block.lower_bound_bytes)
        found = (one for one in wanted_launches(rules, shape, None) if ceiling.allows(one))
        return next((Best(one.threads, one.threads * one.blocks) for one in found), None)

    def most(self, rules: Manifest) -> Best | None:
        """The best launch by the launch rules of `rules`, the same manifest but for these; None where there is none.

        Whatever is on chip, one buffer has the largest alignment. The run takes at least the bytes of that buffer, and
        where the widths agree, no other buffer makes the stride smaller. So each buffer with a larger alignment is
        tried. Where there are too many, or where accesses decide about the stride, any stride counts as free of
        conflicts.
        """
        if self._together:
            return self._most_together(rules)
        least_run, least_block = self.base.run.lower_bound_bytes, self.base.block.lower_bound_bytes

        def best(rules: Manifest, run_bytes: Bytes, on_chip: frozenset[str] = frozenset()) -> LaunchFigures | None:
            region = 0 if run_bytes else least_block  # block-scoped buffers over windows add nothing
            return launch_for(
                rules, run_bytes=run_bytes, block_region_bytes=region, block_reach_bytes=least_block, on_chip=on_chip
            )

        if not padding_bounded(self.manifest):
            return best_of(best(replace(rules, launch=replace(rules.launch, bank_conflicts="ignore")), least_run))
        found = [best(rules, least_run)]
        for names, run_bytes in self._with_wider.items():
            found.append(best(rules, run_bytes, names))
        launches = (figures for figures in found if figures is not None)
        return best_of(max(launches, key=lambda one: rank_of(rules, one), default=None))

    @cached_property
    def _with_wider(self) -> dict[frozenset[str], Bytes]:
        """For each widening buffer, the fewest run bytes of it together with all that must be shared."""
        return {
            names: max(self.known.get(names, 0), least_with(self.manifest, self.base, names))
            for names in widening_choices(self.manifest)
        }
