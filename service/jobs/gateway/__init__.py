"""Work for a service that is reached by HTTPS alone."""
