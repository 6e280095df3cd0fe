"""OpenTelemetry by FastAPI's own instrumentation: spans, request metrics and faults of calls, sent by OTLP over HTTP.

OpenTelemetry's standard environment variables switch it on, and say where to send. The service has no settings for it.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, MutableMapping
from importlib.util import find_spec
from typing import Any

from fastapi.telemetry import TelemetryConfig

from warpack.service.api.edge.calls import PROBES

_LOG = logging.getLogger("warpack.serve")

_ENDPOINTS = tuple(f"OTEL_EXPORTER_OTLP_{signal}ENDPOINT" for signal in ("", "TRACES_", "METRICS_", "LOGS_"))
_PACKAGES = ("opentelemetry.sdk", "opentelemetry.exporter.otlp.proto.http")


def telemetry_of(environment: Mapping[str, str]) -> TelemetryConfig:
    """FastAPI's configuration. Logs a warning if telemetry is asked for and its packages are not installed."""
    asked = next((name for name in _ENDPOINTS if environment.get(name)), None)
    wanted = asked is not None and environment.get("OTEL_SDK_DISABLED", "").lower() != "true"
    if wanted and not all(map(_is_installed, _PACKAGES)):
        _LOG.warning(
            f"{asked} is set, but nothing is sent there: install the packages with pip install 'warpack[telemetry]'"
        )
        wanted = False
    return {"auto_configure": wanted, "exclude": _is_of_no_interest}


def _is_of_no_interest(scope: MutableMapping[str, Any]) -> bool:
    """Whether the request is a probe, or a call that the node makes to itself while it warms up."""
    return scope["path"] in PROBES or scope.get("client") is None


def _is_installed(package: str) -> bool:
    try:
        return find_spec(package) is not None
    except ModuleNotFoundError:  # a parent package is missing
        return False
