"""Chooses the `auto` buffers that go on chip."""
