"""Regions with too many items to hold all their pairs."""
