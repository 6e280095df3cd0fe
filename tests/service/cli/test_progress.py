"""What long work shows on standard error: a moving line on a terminal, plain lines elsewhere, nothing if quiet."""

from __future__ import annotations

import io
import threading
from collections.abc import Callable, Iterator

import pytest
from rich.console import Console

from tests.helpers.processes import PATIENCE_S
from warpack.service.cli import progress
from warpack.service.cli.interruptible import optimize_interruptibly, spoken
from warpack.service.cli.progress import showing
from warpack.service.cli.solve import _validated
from warpack.service.cli.terminal import be_quiet
from warpack.solver import Layout, Manifest, load_manifest, optimize
from warpack.solver.recipe import Progress
from warpack.solver.wire.layout import Validation

from .commands import small


@pytest.fixture(autouse=True)
def _loud_again() -> Iterator[None]:
    yield
    be_quiet(False)


class Heard:
    """Takes the place of a function that says something, and waits for a line."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self._came = threading.Semaphore(0)

    def __call__(self, line: str) -> None:
        self.lines.append(line)
        self._came.release()

    def next(self) -> str:
        assert self._came.acquire(timeout=PATIENCE_S)
        return self.lines[-1]


def test_without_a_terminal_a_plain_line_comes_now_and_then(monkeypatch: pytest.MonkeyPatch) -> None:
    heard = Heard()
    monkeypatch.setattr(progress, "_SAID_AFTER_S", (0.0, 0.01))
    monkeypatch.setattr(progress, "note", heard)
    now = "packing"
    with showing(lambda: now):
        assert heard.next().endswith(" s  packing")
        now = "packing: 24 run bytes"
        while "24" not in heard.next():
            pass
    count = len(heard.lines)
    assert all(line[0].isdigit() for line in heard.lines)
    assert len(heard.lines) == count  # nothing comes after the end


def test_short_work_says_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    with showing(lambda: "packing"):
        pass
    assert capsys.readouterr().err == ""


def test_on_a_terminal_a_line_moves_and_is_gone_at_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = io.StringIO()
    monkeypatch.setattr(progress, "err", lambda: Console(file=screen, force_terminal=True, width=80))
    asked = threading.Event()

    def line() -> str:
        asked.set()
        return "packing: 664 run bytes"

    with showing(line):
        assert asked.wait(PATIENCE_S)
    assert "0 s  packing: 664 run bytes" in screen.getvalue()
    assert screen.getvalue().rstrip().endswith("\x1b[2K")  # the line is erased


@pytest.mark.parametrize("terminal", [False, True])
def test_quiet_shows_neither(monkeypatch: pytest.MonkeyPatch, terminal: bool) -> None:
    screen, heard = io.StringIO(), Heard()
    monkeypatch.setattr(progress, "err", lambda: Console(file=screen, force_terminal=terminal))
    monkeypatch.setattr(progress, "note", heard)
    monkeypatch.setattr(progress, "_SAID_AFTER_S", (0.0,))
    be_quiet(True)
    with showing(lambda: "packing"):
        pass
    assert (screen.getvalue(), heard.lines) == ("", [])


def test_a_search_tells_incumbent_bound_threads_and_time(monkeypatch: pytest.MonkeyPatch) -> None:
    heard = Heard()
    monkeypatch.setattr(progress, "_SAID_AFTER_S", (0.0, 0.01))
    monkeypatch.setattr(progress, "note", heard)

    def search(
        manifest: Manifest,
        *,
        on_progress: Callable[[Progress], None] | None = None,
        cancelled: Callable[[], bool] | None = None,
    ) -> Layout:
        assert on_progress is not None
        on_progress(Progress(0.5, 664, 632, 64))
        while "664" not in heard.next():
            pass
        return optimize(manifest)

    layout, interrupted = optimize_interruptibly(load_manifest(small()), search)
    assert (layout.status, interrupted) == ("optimal", False)
    assert heard.lines[-1].endswith(" s  packing: 664 run bytes, lower bound 632; 64 threads per block")


def test_level_static_is_told_too_where_it_takes_long(monkeypatch: pytest.MonkeyPatch) -> None:
    heard = Heard()
    monkeypatch.setattr(progress, "_SAID_AFTER_S", (0.0, 0.01))
    monkeypatch.setattr(progress, "note", heard)

    def slow(manifest: Manifest, _layout: Layout, _level: str) -> Validation:
        while "validating: level static" not in heard.next():
            pass
        return Validation(manifest.validation, "static")

    monkeypatch.setattr("warpack.gpu_runtime.validation.validate_up_to", slow)
    manifest = load_manifest(small())
    layout = _validated(manifest, optimize(manifest), "static", "own", fresh=False)
    assert layout.validation.level == "static"


def test_what_does_not_fit_yet_and_what_has_no_threads_is_said() -> None:
    assert spoken(Progress(1.0, 9, 8, None)).endswith("no block fits yet")
    assert spoken(Progress(1.0, 9, 8, None), of_pool=True) == "9 pool bytes, lower bound 8"
