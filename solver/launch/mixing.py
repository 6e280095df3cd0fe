"""Whether the number of accesses decides which stride is best, or all element widths agree on one anyway."""

from __future__ import annotations

from warpack.solver.launch.region import RunRegion, run_region
from warpack.solver.launch.stride import widths_agree
from warpack.solver.wire.manifest import Manifest


def strides_alike(region: RunRegion, threads_per_run: int) -> bool:
    """Whether these widths, alone or together, have the same best strides at this alignment. They have if there is one
    width; or if one thread serves a run, and all are powers of two that divide the alignment, up to what a lane reads
    at once."""
    plain = all(width in (1, 2, 4, 8, 16) and width <= region.run_alignment_bytes for width in region.widths)
    return len(region.widths) < 2 or (threads_per_run == 1 and plain)


def accesses_decide(manifest: Manifest) -> bool:
    """Whether the stride of some choice of `auto` buffers may be decided by accesses. Where none is, the stride of a
    choice is the first that is best for each of its widths. One more buffer makes it smaller only by a larger
    alignment.

    Element types of which the alignment is the width agree where one thread serves a run, and only there is `auto`
    legal; opaque types may not."""
    if manifest.launch.bank_conflicts == "ignore":
        return False
    autos = [buffer for buffer in manifest.buffers if buffer.location == "auto" and buffer.size]
    if not autos:
        return False
    shared = run_region(manifest)
    kinds = {(shared.run_alignment_bytes, width) for width in shared.widths}
    kinds |= {(buffer.alignment_bytes, buffer.dtype.itemsize_bytes) for buffer in autos}
    for alignment in {max(shared.run_alignment_bytes, alignment) for alignment, _ in kinds}:
        widths = tuple(sorted({width for least, width in kinds if least <= alignment}))
        if not widths_agree(alignment, widths, manifest.launch.threads_per_run):
            return True
    return False
