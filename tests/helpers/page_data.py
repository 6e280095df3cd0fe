"""Blocks of a page that are data: whether they are in the form that they claim."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable, Mapping
from typing import Any

import yaml

from warpack.solver import load_manifest
from warpack.solver.reading.texts.written import Written


def _json(text: str) -> Any:
    """A member that stands alone is read as part of an object."""
    return json.loads(text if text.lstrip().startswith(("{", "[")) else f"{{{text}}}")


READERS: Mapping[str, Callable[[str], Any]] = {"json": _json, "toml": tomllib.loads, "yaml": yaml.safe_load}


def check_data(language: str, text: str) -> None:
    """Raises ValueError, with what is wrong with the text. A manifest is read as files are."""
    try:
        found = READERS[language](text)
    except yaml.YAMLError as error:
        raise ValueError(str(error)) from None
    if isinstance(found, dict) and str(found.get("schema", "")).startswith("warpack/manifest/"):
        load_manifest(Written(text.encode(), language, f"page.{language}"))
