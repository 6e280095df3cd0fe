"""Texts that people write: JSON, YAML and TOML to JSON values, and where in the text each value stands."""
