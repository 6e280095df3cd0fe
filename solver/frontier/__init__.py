"""The frontier: what other block sizes would have on chip.

levels  which `auto` buffers go on chip, for every room that a smaller block or fewer blocks leave
points  the launches of those levels that no other one beats, and how they are written down
replay  a point back as a manifest and its layout
"""
