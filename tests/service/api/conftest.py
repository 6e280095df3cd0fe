"""One application for the tests of calls, without workers: what is posted stays queued."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from tests.helpers.api_client import client_of
from tests.helpers.edge_server import serving
from warpack.service.api import create_app
from warpack.service.settings import Settings


@pytest.fixture(scope="module")
def http(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    settings = Settings(data_dir=tmp_path_factory.mktemp("data"), workers=0)
    with client_of(create_app(settings)) as client:
        yield client


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The same over real sockets. Not beside `http` in one file: a process has one job engine."""
    settings = Settings(data_dir=tmp_path_factory.mktemp("data"), workers=0)
    with serving(create_app(settings), settings) as port:
        yield f"http://127.0.0.1:{port}"
