"""Packing one region: the fewest bytes that hold its items, and proof that fewer do not.

The rooms, from the top; each imports from those below it alone (`lint-imports` holds that):

scopes      block and run regions that share one memory
auto        which `auto` buffers go on chip
region      one region of a manifest, and both: which search runs when
plan        which strategies there are, and which is asked when, on which kind of set
lanes       two strategies at once
heuristics  packings found, with no proof
bounds      proofs that fewer bytes do not do
exact       complete searches at a fixed capacity
strategy    what a strategy is, and the interval that all of them come to
perfect     packings without a hole, of plain intervals
large       regions of too many items to hold their pairs
preprocess  what need not be searched for; the same puzzle smaller or coarser
core        the words: puzzle, packing, attempt, stop
"""
