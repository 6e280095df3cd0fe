"""Makes text from outside safe to print."""

from __future__ import annotations


def plain(text: str) -> str:
    """The text without control sequences of a terminal: unprintable characters become escapes."""
    return "".join(
        character if character.isprintable() or character in "\n\t" else _escape(character) for character in text
    )


def _escape(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")
