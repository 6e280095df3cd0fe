"""Standard streams that are closed, full, or no longer read: no traceback, and the exit code that docs/cli.md names."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from tests.helpers.processes import PATIENCE_S
from tests.service.cli.commands import ROOT, command_line, environment, written

_SAMPLE = "examples/01-two-buffers.json"


def _redirected(redirection: str, *arguments: str | Path) -> subprocess.CompletedProcess[bytes]:
    """A command with a stream redirected as a shell writes it. What the others say is captured."""
    return subprocess.run(
        ["sh", "-c", f'exec "$@" {redirection}', "sh", *command_line(*arguments)],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        env=environment(),
        cwd=ROOT,
        timeout=PATIENCE_S,
        check=False,
    )


@pytest.mark.parametrize(
    "command", [("solve", _SAMPLE), ("check", _SAMPLE), ("diff", _SAMPLE, "examples/07-kvaerno5.json"), ("--help",)]
)
def test_a_reader_that_goes_away_ends_what_is_shown_with_141(command: tuple[str, ...]) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    ran = subprocess.run(
        command_line(*command),
        stdout=writing,
        stderr=subprocess.PIPE,
        env=environment(),
        cwd=ROOT,
        timeout=PATIENCE_S,
        check=False,
    )
    os.close(writing)
    assert (ran.returncode, ran.stderr) == (141, b"")


@pytest.mark.parametrize("redirection", [">&-", "2>&-", ">&- 2>&-", "<&- >&- 2>&-"])
def test_a_closed_output_is_no_error(redirection: str) -> None:
    ran = _redirected(redirection, "solve", _SAMPLE)
    assert (ran.returncode, ran.stderr) == (0, b"")


@pytest.mark.parametrize(
    "command", [("solve", "-"), ("verify", _SAMPLE, "-"), ("diff", "-", _SAMPLE), ("import", "csv", "-")]
)
def test_a_closed_input_is_told(command: tuple[str, ...]) -> None:
    ran = _redirected("<&-", *command)
    assert (ran.returncode, ran.stderr) == (2, b"warpack: standard input is closed\n")


def test_an_input_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    ran = _redirected(f"0>{tmp_path / 'only-written'}", "check", "-")
    assert (ran.returncode, ran.stderr) == (2, b"warpack: cannot read standard input: Bad file descriptor\n")


def test_init_asks_nothing_where_the_input_is_closed(tmp_path: Path) -> None:
    ran = _redirected("<&-", "init", "-o", tmp_path / "kernel.yaml")
    assert (ran.returncode, (tmp_path / "kernel.yaml").is_file()) == (0, True)


@pytest.mark.parametrize("redirection", ["2>&-", "2>/dev/full"])
@pytest.mark.parametrize("option", [(), ("--nonsense",)])
def test_a_complaint_that_cannot_be_written_leaves_the_exit_code(
    tmp_path: Path, redirection: str, option: tuple[str, ...]
) -> None:
    assert _redirected(redirection, "check", written(tmp_path, b"{"), *option).returncode == 2


@pytest.mark.parametrize("command", [("check", _SAMPLE), ("schema",), ("init", "-o", "-"), ("--help",)])
def test_a_full_output_is_a_failure_that_is_told_once(command: tuple[str, ...]) -> None:
    ran = _redirected(">/dev/full", *command)
    assert ran.returncode == 1
    assert ran.stderr.decode().count("\n") == 1
    assert ran.stderr.decode() == "warpack: No space left on device: standard output\n"
