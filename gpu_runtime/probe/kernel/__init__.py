"""What a probe is written in: its instructions, its bit patterns, and the source of the one kernel that runs them."""
