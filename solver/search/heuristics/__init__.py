"""Heuristics: they find packings, and prove nothing."""
