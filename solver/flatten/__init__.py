"""Manifest to packing problems: phases, lifetimes, barriers and permissions, flattened once per call."""

from warpack.solver.flatten.build import flatten
from warpack.solver.flatten.problem import FlatManifest

__all__ = ["FlatManifest", "flatten"]
