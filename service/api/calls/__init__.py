"""The calls of the API. Each part of the API has a module, beside what only its calls need."""
