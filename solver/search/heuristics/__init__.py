"""Packings found, with no proof."""
