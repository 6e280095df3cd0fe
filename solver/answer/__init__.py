"""From packings to the layout: placements, proofs, advice.

sharing       which buffers share bytes
local_memory  what stays off the chip
handoffs      which bytes pass from one buffer to another
placements    where every buffer of the manifest went
limits        the best launch that the lower bounds allow
certificates  the proofs of threads and bytes, as the layout states them
wishes        the proofs of the wishes between threads and bytes
auto          which `auto` buffers are on chip, and what the others would cost
advice        what keeps the run bytes from being fewer, and how far it is to the next larger block
more_blocks   how far it is to one more block on a multiprocessor
promises      what a promise of the user's would save (barriers: what a missing barrier would; trying: both by
              packing again)
hand_layout   how the user's own layout compares with the one that was found
what_if       which single buffer or lifetime would make a difference (shorter: the lifetimes; settling: quick packings)
shortfall     why nothing fits, in words
assemble      the whole layout
"""
