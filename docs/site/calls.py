"""The HTTP calls, from the API's own description."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

OPENAPI = Path(__file__).resolve().parents[1] / "openapi.json"


def calls() -> str:
    """Every call with its parameters, what it takes and what it answers with."""
    described = json.loads(OPENAPI.read_text(encoding="utf-8"))
    return "\n".join(
        line
        for path, methods in described["paths"].items()
        for method, call in methods.items()
        for line in _call(f"{method.upper()} {path}", call)
    )


def _call(title: str, call: dict[str, Any]) -> Iterator[str]:
    yield f"## `{title}`\n"
    yield f"{call['summary']}. {call.get('description', '')}\n".replace(".. ", ". ")
    rows = [_parameter(one) for one in call.get("parameters", ())]
    if rows:
        yield "| parameter | in | meaning |"
        yield "|---|---|---|"
        yield from rows
        yield ""
    if "requestBody" in call:
        yield f"Takes {_media(call['requestBody']['content'])}.\n"
    yield "| answer | body | meaning |"
    yield "|---|---|---|"
    for status, answer in call["responses"].items():
        yield f"| {status} | {_media(answer.get('content', {}))} | {_cell(answer.get('description', ''))} |"
    yield ""


def _parameter(one: dict[str, Any]) -> str:
    needed = ", required" if one.get("required") else ""
    return f"| `{one['name']}` | {one['in']}{needed} | {_cell(one.get('description', ''))} |"


def _media(content: dict[str, Any]) -> str:
    return ", ".join(f"`{media}`{_schema(body.get('schema', {}))}" for media, body in content.items())


def _schema(schema: dict[str, Any]) -> str:
    name = schema.get("$ref", "").rpartition("/")[2] or schema.get("title", "")
    return f" ({name})" if name else ""


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
