"""Numbered steps from an empty database to today's tables; run in order at every start."""
