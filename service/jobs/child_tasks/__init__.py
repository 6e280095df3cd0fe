"""What child processes do. Nothing here opens a database."""
