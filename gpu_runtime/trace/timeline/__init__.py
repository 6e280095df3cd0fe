"""From the summary of a kernel to phases, loops, barriers, lifetimes and scopes: what a manifest says.

scopes     which arrays are one copy for each run
barriers   which barriers a manifest may count on
phases     neighbouring places that one phase can stand for
in_place   buffers that may take the bytes of another, element by element
loops      spans of phases that run any number of times, and where they are left
timeline   all of these together
"""
