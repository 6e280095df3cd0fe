"""What the kernel, its callers and the readers of its results agree on: names, the order of numbers, the poison."""

from __future__ import annotations

ENTRY = "probe"

WALK = "walk"
"""The function that goes through a plan's rows: the same for every layout, and compiled once."""

AT = "at_"
"""How the names of functions begin that call a few of the getters, where there are too many for one:
`at_N(run, ref, places)` notes where their views are (ref below 0), or calls the zero function of getter number `ref`.
Each is compiled by itself."""

MARK = "# ---- what follows is of this layout\n"
"""The line of the source text between `walk` and the kernel."""

ALLOCATORS = "warpack_probe_allocators"
"""The name under which the kernel imports the emitted module."""

ELEMENTS = (
    "bool", "int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64", "float16", "float32", "float64",
    "complex64", "complex128",
)  # fmt: skip
"""The element types of the views that allocators hand out."""

POISON = 0xA5
"""What memory holds before the kernel's own first write."""

GUARD_BYTES = 256
"""Guard bytes that a launch has after the layout's own: the emitted code must never change them."""

GUARD_STEP, GUARD_FIRST = 29, 60
"""Byte `at` of a block's memory, where it is a guard, is (GUARD_STEP * at + GUARD_FIRST) mod 256: no two neighbours
alike."""

KINDS = ("pattern", "complement", "bytes")
"""Each group is run three times. `pattern`: through the getters, with the declared barriers alone; in a simulator one
thread (in the second block, all but one) is as far behind as they allow. `complement`: the same with every bit
inverted, threads in reversed order, in-place pairs from their last element, all memory dumped after every step, and
guard bytes after the layout's own (the other two have exactly the layout's bytes). `bytes`: other patterns, written and
read as single bytes at the addresses that the layout names, threads in shuffled order, dumped too."""

ARGUMENTS = (
    "rows", "offsets", "barriers", "config", "slot_of_run", "team_places", "active_slots", "multipliers", "windows",
    "kinds", "raw_pool", "dump", "final", "report", "words_1", "words_2", "words_4", "words_8",
)  # fmt: skip
"""The kernel's arguments before the pools, one of which follows per element type: arrays of int64, but for those of
OTHER_ARGUMENTS. `team_places`: by team and thread the four integers of `launch_shape.places_of`. `words_N`: the pools
of all element types that are made of words of N bytes, one after the other, as words. `kinds`: by element type the
bytes of its words and the index in `words_N` of its pool's first."""

OTHER_ARGUMENTS = {
    "raw_pool": "uint8", "dump": "uint8", "final": "uint8",
    "words_1": "uint8", "words_2": "uint16", "words_4": "uint32", "words_8": "uint64",
}  # fmt: skip
"""Element types of the arguments that are no arrays of int64."""

WORDS = (1, 2, 4, 8)
"""Bytes of the words that elements are made of: complex numbers of two, all other elements of one."""

STATE = (
    "resumed", "step", "row", "rep", "half", "words", "wrong", "misfits", "first_row", "first_element", "first_step",
    "op", "element", "ref", "size", "start", "low", "high", "stride", "base",
)  # fmt: skip
"""A thread's state between two calls of `walk`: its position, its counts, and (from `op` on) the row that it must do
before it calls again."""

CONFIG = (
    "steps", "threads", "slots", "raw", "descending", "prime", "dump", "dump_from", "dump_to", "windows",
    "dump_bytes", "run_base", "stride", "helpers", "dynamic", "threads_per_run",
)  # fmt: skip
"""The order of the integers in the argument `config`."""

REPORT_WIDTH = 8
"""Integers that each thread reports: finished, words checked, words wrong, then of the first row with wrong ones the
row, its last wrong element and the step; views of a wrong length; whether the emitted module numbers this thread
otherwise than the launch."""
