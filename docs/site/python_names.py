"""What `import warpack` gives, from signatures and docstrings."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from typing import Any

import warpack

_ROOMS = ("gpu_runtime", "service", "solver")


def public_names() -> tuple[str, ...]:
    """All but the rooms, in the order of a dictionary."""
    return tuple(sorted((name for name in warpack.__all__ if name not in _ROOMS), key=str.lower))


def names() -> str:
    """A section for each name: calls, then classes with their methods, exceptions, values."""
    found = {name: getattr(warpack, name) for name in public_names()}
    kinds = {
        "Calls": {name: one for name, one in found.items() if inspect.isfunction(one)},
        "Classes": {name: one for name, one in found.items() if _is_class(one)},
        "Exceptions": {name: one for name, one in found.items() if _is_exception(one)},
        "Values": {name: one for name, one in found.items() if not callable(one)},
    }
    return "\n".join(
        line for title, members in kinds.items() for line in (f"## {title}\n", *_sections(members)) if members
    )


def _sections(members: dict[str, Any]) -> Iterator[str]:
    for name, one in members.items():
        if inspect.isfunction(one):
            yield _directive("function", f"{name}{_signature(one)}", _doc(one))
        elif inspect.isclass(one):
            methods = "\n".join(_methods(one))
            kind = "exception" if _is_exception(one) else "class"
            yield _directive(kind, f"{name}{_constructor(one)}", f"{_doc(one)}\n\n{methods}", fence=":::::")
        else:
            yield _directive("data", name, f"`{one!r}`")


def _methods(one: type) -> Iterator[str]:
    for name, member in inspect.getmembers(one):
        inner = member.fget if isinstance(member, property) else getattr(member, "func", member)
        if name.startswith("_") or not inspect.isroutine(inner) or not inspect.getdoc(inner):
            continue
        if (getattr(inner, "__module__", None) or "").partition(".")[0] != "warpack":
            continue
        plain = member is inner
        yield _directive(
            "method" if plain else "property", f"{name}{_signature(inner) if plain else ''}", _doc(inner), ":::"
        )


def _directive(kind: str, title: str, body: str, fence: str = "::::") -> str:
    home = ":module: warpack\n" if kind in ("function", "class", "exception", "data") else ""
    return f"{fence}{{py:{kind}}} {title}\n{home}\n{body}\n{fence}\n"


def _signature(one: Any) -> str:
    """As it was written: annotations are text, and long defaults are left out."""
    written = re.sub(r"<[^<>]*>", "…", str(inspect.signature(one)))
    return re.sub(r"(: |-> )'([^']*)'", r"\1\2", written)


def _constructor(one: type) -> str:
    try:
        return _signature(one)
    except ValueError:
        return ""


def _doc(one: Any) -> str:
    found = inspect.getdoc(one)
    if not found:
        raise ValueError(f"{one!r} has no docstring")
    return found


def _is_exception(one: object) -> bool:
    return inspect.isclass(one) and issubclass(one, BaseException)


def _is_class(one: object) -> bool:
    return inspect.isclass(one) and not _is_exception(one)
