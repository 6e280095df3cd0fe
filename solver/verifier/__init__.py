"""Judges layouts: every rule derived again from the manifest alone, in exact integers."""
