"""One region of a manifest, and both."""
