"""What a word without quotes means in YAML: the core schema of YAML 1.2, and nothing of YAML 1.1."""

from __future__ import annotations

import re

STRING_TAGS = frozenset((None, "!", "tag:yaml.org,2002:str"))

_WORDS: dict[str, bool | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_DECIMAL = re.compile(r"[-+]?[0-9]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_NOT_FINITE = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
_BASES = ((re.compile(r"0o[0-7]+"), 8), (re.compile(r"0x[0-9a-fA-F]+"), 16))
_MOST_DIGITS = 4000

AMBIGUOUS = re.compile(r"[-+]?0[0-9]+")
"""Octal to YAML 1.1, decimal to YAML 1.2."""


def meaning(word: str) -> str | int | float | bool | None:
    """The value of a word without quotes."""
    if word in _WORDS:
        return _WORDS[word]
    if word[0] not in "+-.0123456789":
        return word
    if _DECIMAL.fullmatch(word):
        return _integer(word)
    for pattern, base in _BASES:
        if pattern.fullmatch(word):
            return int(word[2:], base)
    if _FLOAT.fullmatch(word):
        return float(word)
    return float(word.replace(".", "")) if _NOT_FINITE.fullmatch(word) else word


def _integer(digits: str) -> int:
    """One with more digits than Python converts becomes a huge one: both are too large for any field."""
    if len(digits) <= _MOST_DIGITS:
        return int(digits)
    return -(10**100) if digits.startswith("-") else 10**100
