"""The wire types: what goes in (manifest), what comes out (layout, reports), and how errors are said.

Everything here is a frozen dataclass without behaviour beyond derived values and JSON. Every other room may import it.
"""
