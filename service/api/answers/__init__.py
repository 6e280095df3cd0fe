"""What callers get: jobs as documents, and problems. The hub that wakes callers who wait is here too."""
