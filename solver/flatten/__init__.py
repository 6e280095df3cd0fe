"""Manifest to packing problems: phases, lifetimes, barriers and permissions, flattened once per call."""
