"""From packings to the layout: placements, proofs, advice.

sharing       which buffers share bytes
local_memory  what stays off the chip
passing       which bytes pass from one buffer to another
placements    where every buffer of the manifest went
limits        the best launch that the lower bounds allow
certificates  the proofs of threads and bytes, said in the layout's words
wishes        those of the wishes between them
auto          which `auto` buffers are on chip, and what the others would cost
advice        what holds the run bytes up, and how far it is to the next larger block
more_blocks   how far it is to one more block on a multiprocessor
words         what a word of the user's would save (barriers: what a missing barrier would; trying: both by packing
              again)
own_layout    how the user's own layout stands beside the one that was found
what_if       which single buffer or lifetime would make a difference (shorter: the lifetimes; settling: quick packings)
shortfall     why nothing fits, in words
assemble      the whole layout
"""
