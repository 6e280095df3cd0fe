"""compose.yaml and the Dockerfile, as Docker would read them."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
OURS = ("warpack", "warpack-worker")
"""The images that the Dockerfile makes; their entry point is `warpack`."""

_VARIABLE = re.compile(r"\$\{(\w+):-([^}]*)\}")


def compose() -> dict[str, Any]:
    """The file where no variable is set: all of them have a default, since Docker asks for those of every profile."""
    text = (ROOT / "compose.yaml").read_text(encoding="utf-8")
    return _filled_in(yaml.safe_load(text))


def _filled_in(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _filled_in(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_filled_in(each) for each in value]
    return _VARIABLE.sub(lambda found: found[2], value) if isinstance(value, str) else value


def variables() -> set[str]:
    """What an operator may set for compose.yaml."""
    return {found[1] for found in _VARIABLE.finditer((ROOT / "compose.yaml").read_text(encoding="utf-8"))}


SERVICES: dict[str, dict[str, Any]] = compose()["services"]
OUR_SERVICES = {name: service for name, service in SERVICES.items() if service["image"] in OURS}


def instructions(stage: str) -> list[tuple[str, str]]:
    """Of the Dockerfile, those of a stage and of the stages that it is made from, in order."""
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")
    stages: dict[str, list[tuple[str, str]]] = {}
    at: list[tuple[str, str]] = []
    for line in text.splitlines():
        word, _, rest = line.strip().partition(" ")
        if word == "FROM":
            origin, _, name = rest.partition(" AS ")
            stages[name] = at = list(stages.get(origin, []))
        elif word.isupper():
            at.append((word, rest.strip()))
    return stages[stage]


def said(stage: str, word: str) -> str:
    """The last instruction of this kind, which is the one that holds."""
    return [rest for kind, rest in instructions(stage) if kind == word][-1]


def environment(stage: str) -> dict[str, str]:
    pairs = (pair for kind, rest in instructions(stage) if kind == "ENV" for pair in shlex.split(rest))
    return {name: value for name, _, value in (pair.partition("=") for pair in pairs)}


def health_command(stage: str) -> list[str]:
    return json.loads(said(stage, "HEALTHCHECK").partition("CMD ")[2])


def documented(heading: str) -> list[str]:
    """The command lines under a heading of docs/operations.md."""
    page = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    section = re.split(r"(?m)^## ", page.partition(f"\n## {heading}\n")[2])[0]
    return [line for block in re.findall(r"(?ms)^```sh\n(.*?)^```$", section) for line in block.splitlines()]


def bytes_of(size: str) -> int:
    """As Docker writes them: 512m, 9g."""
    return int(size[:-1]) * {"m": 2**20, "g": 2**30}[size[-1]]
