"""The words that all searches share."""
