"""Complete searches at a fixed capacity. They find a packing, or prove that there is none."""
