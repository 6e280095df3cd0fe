"""Lower bounds.

max_live        the phase whose live bytes are most, with the buffers that prove it
heavy_clique    items that may share no byte, added up
destructive     capacities shown to be too small, one after another, on relaxations first
"""
