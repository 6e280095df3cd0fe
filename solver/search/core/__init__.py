"""The words that all searches share.

stop            when to give up: the time limit, the caller's cancel, the effort that a search is worth
puzzle          the packing problem in integers: sizes, alignments, pins, forbidden differences of offsets
conflicts       from a flattened region to a puzzle
attempt         what a search at a fixed capacity says
options         what may be asked of the search besides the manifest
ledger          who found and who proved what
packing         a packing of a region, with its lower bound and the search that proved it
known_choice    what is known about the choice of `auto` buffers that a packing was made for
pins            pinned items that are in each other's way
offsets         forbidden offsets as intervals and as bits, and the lowest that is left
laying          first fit: items in an order, each at the lowest offset that is free
windows         contiguous windows as hulls that nothing cuts into
spans           when each item is occupied, where no pairs are held
strips          items in rigid rows: one no-overlap constraint for each stretch of phases
cliques         sets of items of which no two may share a byte
symmetry        items that may be swapped for one another, put in order
normal_patterns the offsets that are worth trying
domains         the offsets that items still have, as bits
"""
