"""What openapi.json says beside the types: texts and examples."""
