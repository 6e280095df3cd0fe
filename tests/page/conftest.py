"""A browser for each file of this folder, and a service for all of them. One worker of a run in parallel has the whole
folder: another would start both again.

No browser for the whole run: while Playwright runs, its event loop runs in the thread of the tests, and those of other
files start loops of their own there.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.helpers import browser
from tests.helpers.page_steps import Visit
from tests.helpers.service_process import ServiceProcess, service

_HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.parent == _HERE:
            item.add_marker(pytest.mark.slow)
            item.add_marker(pytest.mark.together(str(_HERE)))


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    if browser.program() is None:
        pytest.skip(browser.MISSING)
    with browser.browser() as started:
        yield started


@pytest.fixture(scope="session")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServiceProcess]:
    """A service that starts soon, and validates by the verifier alone."""
    with service(tmp_path_factory.mktemp("data"), workers=1, plain=True) as process:
        yield process


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory, kernels_are_compiled: None) -> Iterator[ServiceProcess]:
    """A service that compiles and simulates, too. To start it takes ten times as long."""
    with service(tmp_path_factory.mktemp("data"), workers=1) as process:
        yield process


@pytest.fixture(scope="module")
def desk(chromium: Browser, plain: ServiceProcess) -> Iterator[browser.Visitor]:
    with browser.visitor(chromium, plain.url) as visiting:
        visiting.context.new_page()
        yield visiting


@pytest.fixture
def page(desk: browser.Visitor) -> Iterator[Page]:
    """A tab as if it were new, at no page yet. The tests of a file share it, and its visitor: a new browser profile for
    each would take most of the time. At the end of a test, nothing may have gone wrong in it."""
    tab = desk.context.pages[0]
    yield tab
    tab.unroute_all()
    desk.context.set_offline(False)
    if tab.url.startswith("http"):
        tab.evaluate("sessionStorage.clear(); localStorage.clear()")
    tab.goto("about:blank")
    for other in desk.context.pages[1:]:
        other.close()
    faults, desk.faults = desk.faults, []
    assert not faults, "\n".join(faults)


@pytest.fixture
def visit(request: pytest.FixtureRequest, chromium: Browser) -> Iterator[Visit]:
    """Opens a browser of one's own before the plain service, or the one whose URL is given:
    `visit(width=390, scheme="dark").open("/docs")`. At the end of the test, nothing may have gone wrong in it."""
    with ExitStack() as open_now:

        def visitor(base_url: str | None = None, **options: Any) -> browser.Visitor:
            url = request.getfixturevalue("plain").url if base_url is None else base_url
            return open_now.enter_context(browser.visitor(chromium, url, **options))

        yield visitor
