"""Lifetimes found in the user's own kernel: recorded while it runs in numba's simulator.

positions   places in the source, call paths and work arrays: what recordings and static analysis have in common
"""
