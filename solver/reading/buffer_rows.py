"""The rows of `buffers`: their names, before any of their fields is read."""

from __future__ import annotations

from dataclasses import fields
from typing import Any, NamedTuple

from warpack.solver.reading.collector import Collector, show
from warpack.solver.reading.fields import Fields
from warpack.solver.wire.manifest import Buffer
from warpack.solver.wire.names import name_fault, path_fault

KNOWN = frozenset(field.name for field in fields(Buffer)) - {"asynchronous", "growth"} | {"async", "precision"}
"""The fields of a buffer's object: those of the wire type, except two that have another form in JSON, and an older name
of `dtype`."""


class Row(NamedTuple):
    """A buffer as the document has it: its place, its name and its raw fields. `full_name` None: it has no name."""

    number: int
    name: str
    component: str
    full_name: str | None
    fields: Fields


def read_row(collector: Collector, index: int, value: Any) -> Row:
    """The names in a buffer's object. All of them are known before any reference is resolved."""
    given = value if isinstance(value, dict) else {}
    name, component = given.get("name"), given.get("component", "")
    wrong_name = name_fault(name) if isinstance(name, str) else None
    wrong_path = path_fault(component) if isinstance(component, str) and component else None
    full_name = None
    if isinstance(name, str) and isinstance(component, str) and wrong_name is None and wrong_path is None:
        full_name = f"{component}/{name}" if component else name
    collector.subject = full_name
    fields = Fields(collector, value, f"/buffers/{index}", KNOWN, ("name",))
    if wrong_name is not None:
        collector.error("bad-name", fields.pointer("name"), f"The buffer name {show(name)} {wrong_name}.")
    elif "name" in fields and not isinstance(name, str):
        collector.wrong_type(fields.pointer("name"), name, "a string")
    if wrong_path is not None:
        collector.error("bad-name", fields.pointer("component"), f"The component path {show(component)} {wrong_path}.")
    elif not isinstance(component, str):
        collector.wrong_type(fields.pointer("component"), component, 'a string such as "loop/algorithm"')
    if not isinstance(component, str) or wrong_path is not None:
        component = ""
    return Row(index, str(name), component, full_name, fields)
