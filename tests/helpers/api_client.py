"""Calls an application in this process, as a program on this machine would: by a loopback name, with JSON."""

from __future__ import annotations

from fastapi import FastAPI
from starlette.testclient import TestClient


def client_of(app: FastAPI) -> TestClient:
    return TestClient(
        app,
        base_url="http://localhost",
        headers={"Content-Type": "application/json"},
        raise_server_exceptions=False,
    )
