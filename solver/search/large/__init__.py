"""Regions of so many items that no pairs are held."""
