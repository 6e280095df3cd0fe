"""Launch geometry: from run bytes and block-region bytes to the stride, the threads per block and what is resident.

budget      the most shared bytes that a block may have
region      alignments and element widths of what is on chip
stride      the distance between two runs' windows, and its bank conflicts
mixing      whether accesses decide about the stride, or all widths agree on one
conflicts   the bank conflicts of each element width at a stride
block       what a block of so many threads costs
ranking     which of two blocks is better
weighing    what resident threads and accesses on chip are worth together, where the registers are known
threads     the block size that is best by the manifest's objective
advisories  warnings about the launch that was chosen
hurdles     why no block can be launched, whatever the budget
"""

from __future__ import annotations

from warpack.solver.launch.budget import budget_bytes as budget_bytes

__all__ = ["budget_bytes"]
