"""Manifest to packing problems: phases, lifetimes, barriers and permissions, flattened once per call."""

from solver.flatten.build import flatten
from solver.flatten.problem import FlatManifest

__all__ = ["FlatManifest", "flatten"]
