"""A real browser before a real service: Debian's Chromium without a window, driven by Playwright.

`make test` installs Chromium where it is missing. Playwright's own browsers are never downloaded. Each visitor has an
empty profile, and nothing that leaves this machine is answered. What a visitor sees go wrong is kept, and fails the
test: an error of the page, a line of its console, a request to another host.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Request,
    WebError,
    expect,
    sync_playwright,
)

from tests.helpers.processes import PATIENCE_S

MISSING = "Chromium is not installed: `make test` installs it (Debian: apt-get install chromium-headless-shell)"
PHONE, DESK = 390, 1440
"""Widths of a window, in CSS pixels."""

Scheme = Literal["light", "dark"]

_PATIENCE_MS = PATIENCE_S * 1000
_FLAGS = (
    "--no-sandbox",  # Chromium has none for root, who runs the tests in a container
    "--disable-gpu",
    "--process-per-site",  # a process that has compiled the page's scripts shows the next page in half the time
    "--renderer-process-limit=1",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-default-apps",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
)
_HERE = frozenset({"127.0.0.1", "localhost"})
_ASKED = "Failed to load resource"
"""How the browser's own note on each answer of 400 and above begins. Tests ask for such answers."""


def program() -> str | None:
    """The path of Chromium; None where there is none. That without any window of its own starts sooner."""
    return shutil.which("chromium-headless-shell") or shutil.which("chromium")


@contextmanager
def browser() -> Iterator[Browser]:
    """One process for many visitors. While it runs, this thread has an event loop that runs, so it must end before a
    test that starts one."""
    found = program()
    if found is None:
        raise FileNotFoundError(MISSING)
    expect.set_options(timeout=_PATIENCE_MS)
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=found, args=_FLAGS, timeout=_PATIENCE_MS)
        try:
            yield started
        finally:
            started.close()


@dataclass
class Visitor:
    """Someone with a browser of their own: pages that they open share one profile, and nobody else's.

    `faults` are the things that must not happen. A test that makes one happen on purpose takes it out again.
    """

    context: BrowserContext
    faults: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.context.set_default_timeout(_PATIENCE_MS)
        self.context.on("request", self._asked)
        self.context.on("weberror", self._failed)
        self.context.on("console", self._said)

    def open(self, path: str = "/") -> Page:
        """A new tab with this path of the service."""
        page = self.context.new_page()
        page.goto(path)
        return page

    def check(self) -> None:
        """Fails if anything went wrong so far."""
        assert not self.faults, "\n".join(self.faults)

    def _asked(self, request: Request) -> None:
        address = urlsplit(request.url)
        if address.scheme not in ("data", "blob", "about") and address.hostname not in _HERE:
            self.faults.append(f"a request left this machine: {request.method} {request.url}")

    def _failed(self, error: WebError) -> None:
        self.faults.append(f"the page failed: {error.error}")

    def _said(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not message.text.startswith(_ASKED):
            self.faults.append(f"the console has: {message.text}")


@contextmanager
def visitor(
    chromium: Browser, base_url: str, *, width: int = DESK, height: int = 900, scheme: Scheme = "light", **more: Any
) -> Iterator[Visitor]:
    """A visitor of the service at this URL, with a window of this size. `more`: options of Playwright's contexts."""
    size = {"width": width, "height": height}
    options: Any = {"viewport": size, "color_scheme": scheme, "reduced_motion": "reduce", "base_url": base_url, **more}
    context = chromium.new_context(**options)
    try:
        visiting = Visitor(context)
        yield visiting
        visiting.check()
    finally:
        context.close()


def barriers(page: Page, *, worst: tuple[str, ...] = ("serious", "critical")) -> list[str]:
    """What axe-core finds on the page as it is now that keeps people out: rule, element, and why. Only findings of
    these impacts count."""
    response = Axe().run(page, options={"resultTypes": ["violations"]}).response
    return [
        f"{violation['id']} ({violation['impact']}): {' '.join(map(str, node['target']))}: {node['failureSummary']}"
        for violation in response["violations"]
        if violation["impact"] in worst
        for node in violation["nodes"]
    ]
