"""The calls of the API, a module for each part of it, with what belongs to one call alone."""
