"""Launch geometry: from run bytes and block-region bytes to the stride, the threads per block and what is resident.

budget      the most shared bytes that a block may have
region      alignments and element widths of what is on chip
stride      the distance between two runs' windows, and its bank conflicts
mixing      whether accesses decide about the stride, or the widths agree on one
conflicts   what a stride costs each element width
block       what a block of so many threads costs
ranking     which of two blocks is better
weighing    what resident threads and accesses on chip are worth together, where the registers are known
threads     the block size that the manifest's objective wants
advisories  warnings about the launch that came out
hurdles     why no block can be launched, whatever the budget
"""

from __future__ import annotations

from warpack.solver.launch.budget import budget_bytes as budget_bytes

__all__ = ["budget_bytes"]
