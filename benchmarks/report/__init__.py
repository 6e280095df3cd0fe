"""The report of a run of the suite: tables for the terminal and the page, and two plots."""
