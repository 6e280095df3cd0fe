"""The types and operations that all searches share."""
