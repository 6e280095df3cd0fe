"""Packings of plain intervals without a hole.

search          wherever the skyline has a valley, some item fits against each of its walls
seams           which items meet along the line between two columns
folding         items that go together in any case, put together before the search
skyline         the skyline in the making, every step to be taken back
"""
