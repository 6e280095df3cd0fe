"""Which `auto` buffers go on chip."""
