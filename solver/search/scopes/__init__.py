"""Block and run regions that share one memory."""
