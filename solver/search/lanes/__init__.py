"""Two strategies at once, one to find and one to prove, each in a thread of its own.

stacking        stacking at the bound on one core, bred orders and squeezing on another
both_ends       items with rigid rows: one lane finds, one raises the bound
"""
