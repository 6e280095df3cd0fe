"""Packs one region of a manifest, and both regions."""
