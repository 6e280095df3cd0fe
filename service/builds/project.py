"""`[[tool.warpack.layouts]]` of a pyproject.toml: which manifests a project's build makes into which packages."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, cast, get_args

Level = Literal["static", "compiled", "simulated", "hardware", "best"]
"""As the manifest has it. It stands here too, because a command line is read without the solver."""

LEVELS: tuple[Level, ...] = get_args(Level)
_FIELDS = {"manifest", "package", "validate"}


class ProjectError(ValueError):
    """What is wrong with `[tool.warpack]`, every fault on a line of its own."""


@dataclass(frozen=True, slots=True)
class LayoutOrder:
    """`manifest`: a path, as written in pyproject.toml, from the folder of that file. `package`: the dotted name of
    the package that the allocators become modules of. `validate`: the level that must pass."""

    manifest: str
    package: str
    validate: Level = "static"


def layouts_of(project: Path) -> list[LayoutOrder]:
    """What the file `project` orders, in its order; nothing where it has no table `[tool.warpack]`.

    Raises ProjectError with every fault, and OSError where the file cannot be read.
    """
    try:
        document = tomllib.loads(project.read_text(encoding="utf-8"))
    except ValueError as error:  # UnicodeDecodeError and TOMLDecodeError are some
        raise ProjectError(f"{project}: {error}") from None
    table = document.get("tool", {}).get("warpack")
    if table is None:
        return []
    faults: list[str] = []
    orders = _orders(table, project.parent, faults)
    if faults:
        raise ProjectError("\n".join(f"{project}: {fault}" for fault in faults))
    return orders


def _orders(table: Any, root: Path, faults: list[str]) -> list[LayoutOrder]:
    if not isinstance(table, dict) or set(table) != {"layouts"} or not isinstance(table["layouts"], list):
        faults.append("[tool.warpack] has the list `layouts` and nothing else: write [[tool.warpack.layouts]]")
        return []
    orders: list[LayoutOrder] = []
    for number, entry in enumerate(table["layouts"]):
        order = _order(f"tool.warpack.layouts[{number}]", entry, root, faults)
        if order is None:
            continue
        if order.package in {one.package for one in orders}:
            faults.append(f"tool.warpack.layouts[{number}].package: {order.package} gets another layout already")
        orders.append(order)
    return orders


def _order(place: str, entry: Any, root: Path, faults: list[str]) -> LayoutOrder | None:
    if not isinstance(entry, dict):
        faults.append(f"{place} must be a table with `manifest` and `package`")
        return None
    before = len(faults)
    for name in sorted(set(entry) - _FIELDS):
        faults.append(f"{place}.{name} is no field: there are {', '.join(sorted(_FIELDS))}")
    for name in ("manifest", "package"):
        if not isinstance(entry.get(name), str) or not entry[name]:
            faults.append(f"{place}.{name} must be a string that is not empty")
    level = entry.get("validate", "static")
    if level not in LEVELS:
        faults.append(f"{place}.validate must be one of {', '.join(LEVELS)}, and is {level!r}")
    if len(faults) > before:
        return None
    manifest, package = entry["manifest"], entry["package"]
    if not all(name.isidentifier() for name in package.split(".")):
        faults.append(f"{place}.package must be names joined by dots, and is {package!r}")
    if Path(manifest).is_absolute() or ".." in Path(manifest).parts:
        faults.append(
            f"{place}.manifest must be a path below the project, and is {manifest!r}: an sdist takes it along"
        )
    elif not (root / manifest).is_file():
        faults.append(f"{place}.manifest: there is no file {manifest!r} in {str(root)!r}")
    return LayoutOrder(manifest, package, cast(Level, level)) if len(faults) == before else None
