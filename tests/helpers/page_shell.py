"""The terminal that the commands of a page are typed into."""

from __future__ import annotations

import contextlib
import io
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from textwrap import dedent
from unittest.mock import patch

from tests.helpers.processes import PATIENCE_S
from warpack.service.cli import main

ROOT = Path(__file__).resolve().parents[2]
_PLAIN = re.compile(r"warpack (?:check|diff|draw|init|schema|solve|verify)(?: [\w./:,=#-]+)*")
"""Commands that need no shell and start no other process: they are run in this one, and spare a start each."""
_NOT_OURS = ("COLUMNS", "NUMBA_ENABLE_CUDASIM", "WARPACK_URL", "WARPACK_KEY")


class PageShell:
    """`warpack` and `python` are those of this tree, wherever the tests are started. Variables last from one command to
    the next."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._kept = folder.parent / f"{folder.name}.variables"
        self._kept.touch()
        self._environment = _environment(folder.parent / "bin")

    def run(self, command: str) -> tuple[int, str]:
        """The exit code of these lines, and what they printed to either output."""
        lines = [line.split(" #")[0].rstrip() for line in command.replace("\\\n", " ").splitlines() if line.strip()]
        if all(map(_PLAIN.fullmatch, map(_spaced, lines))) and "WARPACK_URL" not in self._kept.read_text():
            return _here([shlex.split(line)[1:] for line in lines], self._folder, self._environment)
        ran = subprocess.run(
            [
                "bash",
                "-euo",
                "pipefail",
                "-c",
                f"set -a\n. '{self._kept}'\ntrap \"export -p > '{self._kept}'\" EXIT\n{command}",
            ],
            cwd=self._folder,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=PATIENCE_S,
            check=False,
        )
        return ran.returncode, ran.stdout


def _spaced(line: str) -> str:
    return " ".join(line.split())


def _here(commands: list[list[str]], folder: Path, environment: Mapping[str, str]) -> tuple[int, str]:
    printed = io.StringIO()
    with _at(folder, environment), contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
        for words in commands:
            code = main(words)
            if code:
                return code, printed.getvalue()
    return 0, printed.getvalue()


@contextlib.contextmanager
def _at(folder: Path, environment: Mapping[str, str]) -> Iterator[None]:
    with (
        contextlib.chdir(folder),
        patch.dict(os.environ, environment, clear=True),
        patch.object(sys, "stdin", io.StringIO()),  # no terminal: nothing is asked
    ):
        yield


def _environment(commands: Path) -> dict[str, str]:
    commands.mkdir(exist_ok=True)
    for name, arguments in (("python", ""), ("warpack", "-m warpack")):
        path = commands / name
        path.write_text(
            dedent(f"""\
            #!/bin/sh
            exec "{sys.executable}" {arguments} "$@"
            """)
        )
        path.chmod(0o755)
    kept = {name: value for name, value in os.environ.items() if name not in _NOT_OURS}
    data = str(commands.parent / "share")
    return kept | {
        "PATH": f"{commands}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "XDG_DATA_HOME": data,
    }
