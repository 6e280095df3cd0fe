"""Which names may be given to buffers, parts, components and phases.

Buffer, part and component names become names in generated Python and CUDA C++, so they are plain identifiers and no
keyword of either language. Phase names are only ever shown.
"""

from __future__ import annotations

import keyword

LONGEST_NAME = 128
LONGEST_PHASE_NAME = 200
DEEPEST_PATH = 32

CPP_KEYWORDS = frozenset(
    [
        "alignas",
        "alignof",
        "and",
        "and_eq",
        "asm",
        "auto",
        "bitand",
        "bitor",
        "bool",
        "break",
        "case",
        "catch",
        "char",
        "char8_t",
        "char16_t",
        "char32_t",
        "class",
        "compl",
        "concept",
        "const",
        "consteval",
        "constexpr",
        "constinit",
        "const_cast",
        "continue",
        "co_await",
        "co_return",
        "co_yield",
        "decltype",
        "default",
        "delete",
        "do",
        "double",
        "dynamic_cast",
        "else",
        "enum",
        "explicit",
        "export",
        "extern",
        "false",
        "float",
        "for",
        "friend",
        "goto",
        "if",
        "inline",
        "int",
        "long",
        "mutable",
        "namespace",
        "new",
        "noexcept",
        "not",
        "not_eq",
        "nullptr",
        "operator",
        "or",
        "or_eq",
        "private",
        "protected",
        "public",
        "register",
        "reinterpret_cast",
        "requires",
        "return",
        "short",
        "signed",
        "sizeof",
        "static",
        "static_assert",
        "static_cast",
        "struct",
        "switch",
        "template",
        "this",
        "thread_local",
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
        "xor_eq",
    ]
)

RESERVED = CPP_KEYWORDS | frozenset(keyword.kwlist)


def name_fault(name: str) -> str | None:
    """What is wrong with an identifier, as the end of a sentence; None if nothing is."""
    if len(name) > LONGEST_NAME:
        return f"has {len(name)} characters, and {LONGEST_NAME} are the most"
    if not (name.isascii() and name.isidentifier()):
        return "is no identifier: letters, digits and underscores of ASCII, not starting with a digit"
    if name.startswith("__"):
        return "starts with two underscores, which C++ reserves"
    if name in RESERVED:
        return f"is a keyword of {'Python' if keyword.iskeyword(name) else 'C++'}"
    return None


def path_fault(path: str) -> str | None:
    """What is wrong with a component's path, as the end of a sentence; None if nothing is."""
    steps = path.split("/")
    if len(steps) > DEEPEST_PATH:
        return f"is {len(steps)} components deep, and {DEEPEST_PATH} are the most"
    for step in steps:
        fault = name_fault(step)
        if fault is not None:
            return f"has a step that {fault}"
    return None


def phase_name_fault(name: str) -> str | None:
    """What is wrong with a phase's name, as the end of a sentence; None if nothing is."""
    if not name:
        return "is empty"
    if len(name) > LONGEST_PHASE_NAME:
        return f"has {len(name)} characters, and {LONGEST_PHASE_NAME} are the most"
    if not name.isprintable():
        return "holds characters that cannot be printed"
    return None
