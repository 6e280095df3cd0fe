"""Pictures of a layout as SVG documents: complete, without scripts, and with nothing to load. The same manifest and
layout give the same bytes.

views       the pictures by name
memory_map  phases across, bytes up
text, spread, naming, canvas, palette, colours, frame, strips: how wide a text is, where it stands, what is drawn how
"""
