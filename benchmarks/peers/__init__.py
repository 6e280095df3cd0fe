"""The solvers that are compared, one per module. Each takes a question and returns an attempt."""
