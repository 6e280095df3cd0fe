"""An empty store on either kind of database."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from warpack.service.settings import Settings
from warpack.service.store import Store


@pytest.fixture
def store(settings: Settings) -> Iterator[Store]:
    opened = Store(settings)
    yield opened
    opened.close()
