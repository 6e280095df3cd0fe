"""A service in this process, with one worker that solves and verifies."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.helpers.edge_server import serving
from warpack.service.api import create_app
from warpack.service.jobs import capabilities
from warpack.service.settings import Settings


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(capabilities, "has_gpu_extra", lambda: False)  # nothing here is compiled
        settings = Settings(data_dir=tmp_path_factory.mktemp("data"), workers=1)
        with serving(create_app(settings), settings) as port:
            yield f"http://127.0.0.1:{port}"
