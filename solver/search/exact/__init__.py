"""Complete searches at a fixed capacity: a packing, or that there is none."""
