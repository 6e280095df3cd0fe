"""Text that came from outside, made safe to print."""

from __future__ import annotations


def plain(text: str) -> str:
    """`text` without what would steer a terminal: characters that do not print stand as escapes."""
    return "".join(
        character if character.isprintable() or character in "\n\t" else _escape(character) for character in text
    )


def _escape(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")
