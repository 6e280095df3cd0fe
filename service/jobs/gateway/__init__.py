"""A worker that reaches its service by HTTPS alone."""
