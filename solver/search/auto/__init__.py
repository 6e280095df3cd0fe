"""Which `auto` buffers go on chip.

promotion        `auto` buffers into bytes that are free anyway
selection        the search for a choice: greedily, then by branch and bound, with more and more effort
branch_and_bound over the choices
greedy           a first choice
likeness         buffers that can stand for one another
choice           the words of the search for a choice
byte_limits      the bytes that are free, for each choice
demand           the bytes that a choice takes at least, phase by phase
trial_packings   packings of a choice, flattened once for all
stride_widening  buffers whose alignment changes which strides are free of bank conflicts
weighing         accesses against resident threads
"""
