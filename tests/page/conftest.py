"""A browser and a service for each file of this folder.

Not for the whole run: while Playwright runs, its event loop runs in the thread of the tests, and those of other files
start loops of their own there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.helpers import browser
from tests.helpers.service_process import ServiceProcess, service

Visit = Callable[..., browser.Visitor]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "page" in item.path.parts:
            item.add_marker(pytest.mark.slow)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    if browser.program() is None:
        pytest.skip(browser.MISSING)
    with browser.browser() as started:
        yield started


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServiceProcess]:
    with service(tmp_path_factory.mktemp("data"), workers=1) as process:
        yield process


@pytest.fixture
def visit(request: pytest.FixtureRequest, chromium: Browser) -> Iterator[Visit]:
    """Opens a browser of one's own before the service: `visit(width=390, scheme="dark").open("/docs")`. At the end of
    the test, nothing may have gone wrong in it."""
    with ExitStack() as open_now:

        def visitor(base_url: str | None = None, **options: Any) -> browser.Visitor:
            url = request.getfixturevalue("running").url if base_url is None else base_url
            return open_now.enter_context(browser.visitor(chromium, url, **options))

        yield visitor
