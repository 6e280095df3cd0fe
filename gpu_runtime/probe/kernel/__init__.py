"""The language of a probe: its instructions, its bit patterns, and the source of the one kernel that runs them."""
