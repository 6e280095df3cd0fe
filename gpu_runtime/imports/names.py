"""Names that a manifest allows, from whatever a source calls its buffers."""

from __future__ import annotations

import re
from keyword import iskeyword

_LONGEST = 100
"""Shorter than the most that a manifest allows: a number may follow."""
_OTHER = re.compile(r"[^0-9A-Za-z_]+")
_SUSPECT = frozenset(
    [
        "alignas",
        "alignof",
        "and",
        "asm",
        "auto",
        "bool",
        "break",
        "case",
        "catch",
        "char",
        "class",
        "concept",
        "const",
        "constexpr",
        "continue",
        "decltype",
        "default",
        "delete",
        "do",
        "double",
        "else",
        "enum",
        "explicit",
        "export",
        "extern",
        "false",
        "final",
        "float",
        "for",
        "friend",
        "goto",
        "if",
        "import",
        "inline",
        "int",
        "long",
        "module",
        "mutable",
        "namespace",
        "new",
        "noexcept",
        "not",
        "nullptr",
        "operator",
        "or",
        "override",
        "private",
        "protected",
        "public",
        "register",
        "requires",
        "return",
        "short",
        "signed",
        "sizeof",
        "static",
        "static_assert",
        "struct",
        "switch",
        "template",
        "this",
        "throw",
        "true",
        "try",
        "typedef",
        "typeid",
        "typename",
        "union",
        "unsigned",
        "using",
        "virtual",
        "void",
        "volatile",
        "wchar_t",
        "while",
        "xor",
    ]
)
"""Words of C++ that a source is likely to have as a name."""


class Names:
    """Gives each source name one identifier; different names get different ones."""

    def __init__(self, prefix: str = "b") -> None:
        self._prefix = prefix
        self._given: dict[str, str] = {}
        self._taken: set[str] = set()

    def of(self, source: str) -> str:
        """The name itself where a manifest allows it; numbers get a letter in front."""
        known = self._given.get(source)
        if known is None:
            known = self._given[source] = self._free(_plain(source, self._prefix))
        return known

    @property
    def changed(self) -> int:
        """How many names are not what the source has."""
        return sum(source != name for source, name in self._given.items())

    def _free(self, wanted: str) -> str:
        name, number = wanted, 2
        while name in self._taken:
            name, number = f"{wanted}_{number}", number + 1
        self._taken.add(name)
        return name


def _plain(source: str, prefix: str) -> str:
    name = (
        _OTHER.sub("_", source)[:_LONGEST].strip("_") if not source.isidentifier() or not source.isascii() else source
    )
    if not name or (not name[0].isalpha() and name[0] != "_"):
        name = prefix + name
    name = name[:_LONGEST]
    if name.startswith("__") or iskeyword(name) or name in _SUSPECT:
        name = f"{prefix}_{name.lstrip('_')}"
    return name
