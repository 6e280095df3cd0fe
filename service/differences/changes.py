"""Changes, and how two lists of named things are compared."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Things = Mapping[str, Mapping[str, Any]]
"""Fields by the name of the thing that has them, in the order of the document."""

ORDER = "order"


@dataclass(frozen=True, slots=True)
class Change:
    """`what` is the kind of thing (buffer, loop, launch). `name` says which one; it is "" if there is only one. If
    `field` is "", the whole thing was added (`before` is None) or removed (`after` is None)."""

    what: str
    name: str
    field: str
    before: Any
    after: Any

    def to_json(self) -> dict[str, Any]:
        return {
            "what": self.what,
            "name": self.name,
            "field": self.field or None,
            "before": self.before,
            "after": self.after,
        }


def of_things(what: str, before: Things, after: Things) -> Iterator[Change]:
    """The things that were removed, changed or added, and whether the others are in another order."""
    for name, fields in before.items():
        if name not in after:
            yield Change(what, name, "", dict(fields), None)
        else:
            yield from of_fields(what, name, fields, after[name])
    for name, fields in after.items():
        if name not in before:
            yield Change(what, name, "", None, dict(fields))
    orders = [name for name in before if name in after], [name for name in after if name in before]
    if orders[0] != orders[1]:
        yield Change(what, "", ORDER, *orders)


def of_fields(what: str, name: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Change]:
    """One change for each field that differs; a field that is missing is None."""
    for field in dict.fromkeys((*before, *after)):
        one, other = before.get(field), after.get(field)
        if one != other or type(one) is not type(other):
            yield Change(what, name, field, one, other)


def flat(value: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """The fields, in which those of inner objects have dotted names."""
    found: dict[str, Any] = {}
    for key, inner in value.items():
        if isinstance(inner, Mapping):
            found |= flat(inner, f"{prefix}{key}.")
        else:
            found[f"{prefix}{key}"] = inner
    return found


def keyed(pairs: Iterator[tuple[str, dict[str, Any]]]) -> dict[str, dict[str, Any]]:
    """The fields by name. The second thing with a name is called `name (2)`."""
    found: dict[str, dict[str, Any]] = {}
    for name, fields in pairs:
        number, key = 1, name
        while key in found:
            number += 1
            key = f"{name} ({number})"
        found[key] = fields
    return found
