"""A store in a file for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from warpack.service.settings import Settings
from warpack.service.store import Store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store(Settings(data_dir=tmp_path))
    yield opened
    opened.close()
