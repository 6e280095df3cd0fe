"""One application for the tests of calls, without workers: what is posted stays queued."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from tests.helpers.api_client import client_of
from warpack.service.api import create_app
from warpack.service.settings import Settings


@pytest.fixture(scope="module")
def http(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    settings = Settings(data_dir=tmp_path_factory.mktemp("data"), workers=0)
    with client_of(create_app(settings)) as client:
        yield client
