"""The tasks of child processes. Nothing here opens a database."""
