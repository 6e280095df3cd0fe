"""What an emitter refuses.

EmitError              this layout cannot be turned into allocators; says which buffer and which number
"""

from __future__ import annotations


class EmitError(ValueError):
    """No allocators can be written for this layout. `buffer` is the full name of the buffer (or part) that causes it,
    "" where it is the layout as a whole. `number` is the wrong value, None where a name is wrong."""

    def __init__(self, message: str, *, buffer: str = "", number: int | None = None) -> None:
        self.buffer = buffer
        self.number = number
        super().__init__(f"{buffer}: {message}" if buffer else message)
