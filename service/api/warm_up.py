"""Loads modules and compiles SQL before the service listens, so that the first callers need not wait for that.

A stored layout is answered in about 10 ms. Without this, the first such call after a start took five times as long.
"""

from __future__ import annotations

import asyncio
import json

from starlette.types import ASGIApp, Message, Scope

from warpack.service.api.documentation.example_layout import MANIFEST
from warpack.service.jobs.job_runner import JobRunner
from warpack.service.store.records import Order
from warpack.solver import load_manifest


async def warm_up(app: ASGIApp, runner: JobRunner) -> None:
    """Looks for a stored layout, and makes a call of every kind that stores nothing. Their answers are ignored."""
    newest = await asyncio.to_thread(_look_up, runner)
    await call(app, "POST", "/v1/manifests:check", json.dumps(MANIFEST).encode())
    await call(app, "POST", "/v1/layouts", b"{}")
    await call(app, "GET", f"/v1/layouts/{newest}")


def _look_up(runner: JobRunner) -> str:
    """Runs the queries of a post that the store answers. Returns the id of the newest job, or an id that no job has."""
    manifest = load_manifest(MANIFEST)
    jobs = runner.store.jobs
    jobs.look_up(Order("", manifest.sha256, "", manifest.validation, manifest.solver.time_limit_s))
    return next((job.id for job in jobs.newest(1)), "none")


async def call(app: ASGIApp, method: str, path: str, body: bytes = b"") -> None:
    """Makes a call as the server would, and drops its answer."""

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(_: Message) -> None:
        return

    scope: Scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "root_path": "",
        "query_string": b"",
        "headers": [(b"host", b"localhost"), (b"content-type", b"application/json"), (b"prefer", b"wait=0")],
        "client": None,
        "server": None,
        "state": {},
    }
    await app(scope, receive, send)
