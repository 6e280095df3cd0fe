"""Exit codes, and the exception that ends a command with one."""

from __future__ import annotations

DONE = 0
FAILED = 1
BAD_INPUT = 2
INFEASIBLE = 3


class CommandFailed(Exception):
    """Ends the command. `code` is the exit code; the message is a sentence for standard error."""

    def __init__(self, message: str, code: int = FAILED) -> None:
        self.code = code
        super().__init__(message)
