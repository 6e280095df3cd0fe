"""Reading: documents that came from outside to the wire types, strictly, with every problem in one answer."""

from warpack.solver.reading.load import load_manifest

__all__ = ["load_manifest"]
