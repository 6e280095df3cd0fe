"""Two strategies at once, one to find and one to prove, each in a thread of its own."""
