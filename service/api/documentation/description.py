"""The API's description (OpenAPI), with the full schemas of manifest and layout."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from fastapi import FastAPI

from warpack.service.schema import components

API_VERSION = "1"


def described_by(app: FastAPI) -> Callable[[], dict[str, Any]]:
    """A function that returns the application's description. It is made at the first call, and kept."""
    framework = app.openapi

    def openapi() -> dict[str, Any]:
        document = framework()
        document.setdefault("components", {}).setdefault("schemas", {}).update(components())
        return document

    return openapi


def text_of(app: FastAPI) -> str:
    """The description as the committed file has it."""
    return json.dumps(app.openapi(), indent=1, ensure_ascii=False) + "\n"
