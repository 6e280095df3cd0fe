"""Two lanes at once, each in its own thread: one finds packings, one proves."""
