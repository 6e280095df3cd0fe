"""Perfect packings: plain intervals without a hole."""
