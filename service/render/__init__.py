"""Layouts for people: a table of buffers, a picture of offsets against phases, what was saved, and SVG pictures.

chart      what the pictures show: which bytes hold what, when
picture    the chart in a terminal
draw       pictures as SVG documents: a room of its own
table      buffers and their places
summary    threads, bytes, proof and savings, a line each
compared   the savings: what it is compared with, before and after
advice     what holds the bytes up, and what would help
frontier   other block sizes and what they have on chip
reports    what the validation found
view       all of these, in order
"""
