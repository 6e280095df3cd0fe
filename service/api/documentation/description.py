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
        _tell_that_keys_may_be_unwanted(document)
        return document

    return openapi


def _tell_that_keys_may_be_unwanted(document: dict[str, Any]) -> None:
    """The empty choice is a call without a key, as a service takes it that listens to its own machine alone."""
    for calls in document["paths"].values():
        for call in calls.values():
            wanted = call.get("security")
            if wanted and {} not in wanted:
                wanted.append({})


def text_of(app: FastAPI) -> str:
    """The description as the committed file has it."""
    return json.dumps(app.openapi(), indent=1, ensure_ascii=False) + "\n"
