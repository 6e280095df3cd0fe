"""The part of checked allocators that is the same for every layout: the text below the mark goes into the emitted file.

Above the mark are the names that the emitted file defines itself, so that linters and type checkers can read this text.
"""
