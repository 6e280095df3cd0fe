"""The error of a backup that cannot be made or restored."""

from __future__ import annotations


class BackupError(Exception):
    """The message is a sentence for the operator."""
