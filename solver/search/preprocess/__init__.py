"""What need not be searched for, and puzzles that are smaller or coarser.

reduction       items that can be taken out before the search, and put back after it
dominance       items that always fit where another lies
coarsening      the same puzzle in a larger unit, or a relaxation of it
case            a puzzle as the strategies find it: what a reduction leaves, and the way back to the whole
columns         what happens in a few stretches of phases alone
"""
