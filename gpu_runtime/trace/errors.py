"""What a recording cannot go on from."""

from __future__ import annotations


class TraceError(RuntimeError):
    """The kernel cannot be recorded, or did what no GPU would do. The message says where."""
