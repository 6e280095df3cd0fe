"""Packs one region: finds the fewest bytes that hold its items, and proves that fewer do not.

The rooms from the top. Each imports only from those below it; `lint-imports` checks that:

scopes      block and run regions that share one memory
auto        chooses the `auto` buffers that go on chip
region      packs one region of a manifest, or both
plan        which strategies there are, and in which order each kind of set asks them
lanes       two searches at once
heuristics  find packings, without a proof
bounds      lower bounds
exact       complete searches at a fixed capacity
strategy    what a strategy is, and the interval that all of them improve
perfect     packings of plain intervals without a hole
large       regions with too many items to hold their pairs
preprocess  reductions, and puzzles in coarser units
core        the common types: puzzle, packing, attempt, stop
"""
