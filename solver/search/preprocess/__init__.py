"""Preprocessing: reductions that take items out, and puzzles in coarser units."""
