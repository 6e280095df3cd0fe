"""The examples of --help are commands that exist."""

from __future__ import annotations

import shlex

import pytest

from warpack.service.cli import app
from warpack.service.cli.examples import EXAMPLES
from warpack.service.cli.inputs import with_stdin_named

LINES = [(command, line) for command, lines in EXAMPLES.items() for line, _ in lines if command != "bench"]


def test_every_command_has_examples() -> None:
    assert [name for name in app._COMMANDS if not EXAMPLES.get(name)] == []
    assert set(EXAMPLES) == {"", "bench", *app._COMMANDS}


@pytest.mark.parametrize(("command", "line"), LINES)
def test_an_example_is_a_command_line_that_parses(command: str, line: str) -> None:
    words = shlex.split(line)
    assert words[0] == "warpack"
    end = next((at for at, word in enumerate(words) if word in ("<", ">")), len(words))
    called, bound, _ = app.build(None, command).parse_args(
        with_stdin_named(words[1:end]), exit_on_error=False, print_error=False
    )
    assert command in ("", words[1])
    assert called.__module__.startswith("warpack.service.cli")
    assert bound is not None
