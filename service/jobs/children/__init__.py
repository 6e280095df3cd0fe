"""Child processes: forked from a server that has loaded what they need, with limits, watched, and ended."""
