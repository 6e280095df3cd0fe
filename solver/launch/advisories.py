"""Warnings about a launch: what the author may not expect."""

from __future__ import annotations

from collections.abc import Sequence

from warpack.solver.launch.ranking import threads_step
from warpack.solver.wire.counts import number_of
from warpack.solver.wire.layout import LaunchFigures, WidthConflicts
from warpack.solver.wire.manifest import Manifest
from warpack.solver.wire.problems import Problem


def launch_warnings(
    manifest: Manifest, figures: LaunchFigures, widths: Sequence[WidthConflicts] = ()
) -> tuple[Problem, ...]:
    """`threads-not-a-multiple` and, where the manifest asks to avoid bank conflicts, `bank-conflicts-remain` for each
    element width that keeps some. `widths`: what `warpack.solver.launch.conflicts` says of the launch."""
    return (*_threads_not_a_multiple(manifest, figures), *_conflicts_remain(manifest, figures, widths))


def _threads_not_a_multiple(manifest: Manifest, figures: LaunchFigures) -> tuple[Problem, ...]:
    launch = manifest.launch
    multiple = threads_step(manifest)
    if launch.threads_per_block is not None or figures.threads_per_block % multiple == 0:
        return ()
    message = (
        f"not one multiple of {number_of(multiple, 'thread')} fits, so a block has {figures.threads_per_block} "
        f"({number_of(figures.runs_per_block, 'whole run')}); fewer run bytes, a larger budget or a smaller multiple "
        "would change that"
    )
    return (Problem("threads-not-a-multiple", "/launch/threads_multiple", message),)


def _conflicts_remain(
    manifest: Manifest, figures: LaunchFigures, widths: Sequence[WidthConflicts]
) -> tuple[Problem, ...]:
    if manifest.launch.bank_conflicts == "ignore" or not figures.bank_conflict_degree:
        return ()
    better = {one.width_bytes: one for one in widths if one.degree > one.least_degree}
    found, widest = [], max(figures.bank_conflict_degree)
    for width, degree in sorted(figures.bank_conflict_degree.items()):
        if degree == 1:
            continue
        message = f"{width}-byte elements take {degree} passes an access"
        if width in better:
            one = better[width]
            message += (
                f" ({one.least_degree} with a stride of {one.stride_alone_bytes} bytes): the stride of {figures.stride_bytes} "
                "gives the fewest passes to the accesses of all widths together, and this width counts for "
                f"{one.accesses} of {sum(each.accesses for each in widths)} accesses"
            )
        else:
            wider = f" of elements of {widest} bytes" if width < widest else ""
            message += f": no stride that keeps the alignment{wider} has fewer"
        names = tuple(
            buffer.full_name
            for buffer in manifest.buffers
            if buffer.scope == "run" and buffer.location == "shared" and buffer.dtype.itemsize_bytes == width
        )
        found.append(Problem("bank-conflicts-remain", "/launch/bank_conflicts", message, names))
    return tuple(found)
