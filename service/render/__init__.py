"""Shows layouts to people: a table of buffers, a picture of offsets against phases, the savings, and SVG pictures.

chart      what the pictures show: which bytes hold what, when
picture    the chart in a terminal
draw       pictures as SVG documents: a room of its own
table      buffers and their places
summary    threads, bytes, proof and savings, a line each
compared   the savings against each baseline, before and after
advice     what keeps the bytes high, and what would help
frontier   other block sizes, and the accesses that they have on chip
reports    what the validation found
view       all of these, in order
brief      the same on one screen
explained  why a buffer lies where it does, in words
wrapping   sentences in lines, in which no word, name or path is broken
columns    tables of such cells
"""
