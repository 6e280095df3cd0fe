"""The solvers that are compared, one a module. Each takes a question and answers with an attempt."""
