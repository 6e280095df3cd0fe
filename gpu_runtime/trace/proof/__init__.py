"""The proof by running: the same script on the bytes of the layout, results compared bit for bit.

placement  where each array lies, from a layout
memory     the shared memory of a block, laid out so, poisoned, and who wrote which byte last
faults     reads of what another array wrote
plain      the memory of a block that nobody watches
outputs    what a launch was given and what it gave
child      runs the script, in numba's simulator
proving    runs it as it was written and on the layout, and compares
"""
