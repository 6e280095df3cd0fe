"""What a node of the API holds while it runs: child processes, stored answers, waiting calls, caps. Calls get these by
`provided`."""
