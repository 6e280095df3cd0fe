"""The types of problem: those that the service answers with, and those of manifests."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path

from tests.bad_manifests import BAD_MANIFESTS
from warpack.solver import ManifestError, load_manifest

ROOT = Path(__file__).resolve().parents[2]


def of_calls() -> str:
    """The type, title and status of every problem that the sources of the service make, by type."""
    rows = sorted({row for path in _sources() for row in _made(ast.parse(path.read_text(encoding="utf-8")))})
    lines = [f"| `{slug}` | {status} | {title} |" for slug, title, status in rows]
    return "\n".join(["| type | status | title |", "|---|---|---|", *lines])


def _sources() -> Iterator[Path]:
    yield from sorted((ROOT / "service").rglob("*.py"))


def _made(tree: ast.Module) -> Iterator[tuple[str, str, str]]:
    """Calls that begin with a type and a title, both written out, and name an HTTP status."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or len(node.args) < 2:
            continue
        slug, title = (one.value if isinstance(one, ast.Constant) else None for one in node.args[:2])
        statuses = [one.attr for one in node.args if isinstance(one, ast.Attribute) and one.attr.isupper()]
        if isinstance(slug, str) and isinstance(title, str) and statuses and statuses[0] in HTTPStatus.__members__:
            yield slug, title, str(int(HTTPStatus[statuses[0]]))


def of_manifests() -> str:
    """Every type of fault that a manifest is refused with, with one manifest's message."""
    said: dict[str, str] = {}
    for bad in BAD_MANIFESTS:
        if bad.type in said:
            continue
        try:
            load_manifest(bad.body)
        except ManifestError as error:
            said |= {one.type: one.message for one in error.problems if one.type == bad.type}
    lines = [f"| `{type_}` | {_cell(message)} |" for type_, message in sorted(said.items())]
    return "\n".join(["| type | for example |", "|---|---|", *lines])


def _cell(text: str) -> str:
    shown = text if len(text) <= 300 else text[:299] + "…"
    return " ".join(shown.split()).replace("|", "\\|").replace("<", "&lt;")
