"""The HTTP API: thin calls over the runner. `create_app` makes one application for one set of settings."""

from __future__ import annotations

from warpack.service.api.app import create_app

__all__ = ["create_app"]
