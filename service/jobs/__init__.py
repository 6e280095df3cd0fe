"""The work behind a job. Each task runs in a child process, which can be killed and never outlives its worker."""
