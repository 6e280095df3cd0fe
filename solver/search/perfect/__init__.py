"""Packings of plain intervals without a hole."""
