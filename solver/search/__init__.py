"""Packing one region: the fewest bytes that hold its items, and proof that fewer do not.

stop            when to give up: the time limit, the caller's cancel, the effort that a search is worth
puzzle          the packing problem in integers: sizes, alignments, pins, forbidden differences of offsets
attempt         what a search at a fixed capacity says
pins, offsets, spans   pins that collide; forbidden offsets; when items are occupied
packing, known_choice   a packing of a region with its proof; what is known about a choice of `auto` buffers
conflicts       from a flattened region to a puzzle
bound           the max-live lower bound, with the phase and the buffers that prove it
cliques         a second bound, for conflicts that no phase explains
reduction       items that can be taken out before the search, and put back after it
orders, firstfit   construction: first fit over many orders
patterns, bitsearch   exact search over offset bitsets, for small cores
alike           items that may be told apart only by number, put in order
capacity        CP-SAT at a fixed capacity, for larger cores
strips, fitting   the same for many items with rigid rows: one no-overlap constraint for each stretch of phases
ordering        proofs by which strip lies above which
positions       proofs by where each item may be at all, where offsets are few
restarts        short searches that learn which item is hard to place
closing         both ends of the interval at once, one lane finding and one proving
descent         the loop over capacities: bound up, packing down
skyline, sweep  construction for very many items
repair          an earlier layout as a start, mended where the manifest has changed
pack            all of it, for one region
blocks, windows components that must lie in one hull
regions         both regions of a manifest
splitting       parts of splittable buffers apart, where that wins bytes
promotion       `auto` buffers into bytes that are free anyway
room            the bytes that are free, for each choice of them
demand          the bytes that a choice takes at least, phase by phase
stock           packings of a choice, flattened once for all
choice          the words of the search for a choice, and what is known about the one that was taken
greedy          a first choice
likeness        buffers that can stand for one another
choosing        branch and bound over the choices
selecting       the search for a choice: greedily, then by branch and bound, with more and more effort
finishing       the last packing, from the beginning to the end
"""
