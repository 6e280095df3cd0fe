"""The work behind a job: one child process a task, that can be killed and never outlives its worker."""
