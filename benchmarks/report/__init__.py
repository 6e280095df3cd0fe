"""A run of the suite, written down: tables for the terminal and the page, and two plots."""
