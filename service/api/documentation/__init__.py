"""The texts and examples of openapi.json. Its types come from the calls."""
