"""Kernels of public projects: manifests that state what each project keeps in shared memory, when, and where it lies
today. `python -m examples.zoo` solves all of them, and writes docs/zoo.md and the cards beside it."""
