"""Regions of so many items that no pairs are held.

pack            all of it, in order
skyline_fill    the lowest valley of the skyline first, sparing the phases that are nearly full
ejection_chains what sticks out, laid lower by chains of ejections
first_fit       first fit with pairs looked up when they are needed
stack_up        each item on top of whatever is below it: the fastest there is
"""
