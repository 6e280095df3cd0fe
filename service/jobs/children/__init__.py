"""Child processes. A fork server that has loaded their packages forks them. They have limits, are watched, and are
killed when they must end."""
