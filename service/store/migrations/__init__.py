"""Numbered steps from an empty database to today's tables. Missing ones are run in order at every start."""
