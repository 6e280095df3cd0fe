"""What need not be searched for, and puzzles that are smaller or coarser."""
