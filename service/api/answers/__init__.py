"""What callers get: jobs as documents, problems, and when whoever waits is woken."""
