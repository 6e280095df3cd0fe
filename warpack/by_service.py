"""The service that the environment names, and the modules that ask it."""

from __future__ import annotations

import os
from importlib import import_module
from types import ModuleType

from warpack.extras import explained


def service_url() -> str:
    """The URL in WARPACK_URL; empty if no service is named."""
    return os.environ.get("WARPACK_URL", "").strip()


def client_module(name: str) -> ModuleType:
    """The module of that name in `warpack.service.client`. Raises MissingExtraError if a package of the client is not
    installed."""
    try:
        return import_module(f"warpack.service.client.{name}")
    except ModuleNotFoundError as error:
        raise (explained("WARPACK_URL", error) or error) from None
