"""Runs `warpack` for the tests: in this process, or as a user would."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.hard_manifest import hard_manifest
from tests.helpers.processes import PATIENCE_S
from warpack.service.cli import main

ROOT = Path(__file__).parents[3]


@dataclass(frozen=True)
class Ran:
    """What a command said and returned."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


class Cli:
    """Commands in this process. `warpack(...)` runs one and captures what it says."""

    def __init__(self, capture: pytest.CaptureFixture[str]) -> None:
        self._capture = capture

    def __call__(self, *arguments: str | Path) -> Ran:
        self._capture.readouterr()
        code = main([str(argument) for argument in arguments])
        said = self._capture.readouterr()
        return Ran(code, said.out, said.err)


def command_line(*arguments: str | Path) -> list[str]:
    return [sys.executable, "-W", "error", "-m", "warpack.service.cli", *map(str, arguments)]


def environment(**changes: str) -> dict[str, str]:
    """This process's environment without what would change how output looks."""
    dropped = ("COLUMNS", "NO_COLOR", "FORCE_COLOR", "TERM")
    kept = {name: value for name, value in os.environ.items() if name not in dropped}
    return {**kept, "PYTHONPATH": str(ROOT), **changes}


def run(*arguments: str | Path, stdin: bytes = b"", **changes: str) -> subprocess.CompletedProcess[bytes]:
    """A command in a process of its own."""
    return subprocess.run(
        command_line(*arguments),
        input=stdin,
        capture_output=True,
        env=environment(**changes),
        cwd=ROOT,
        timeout=PATIENCE_S,
        check=False,
    )


def start(*arguments: str | Path, stdin: int = subprocess.DEVNULL, **changes: str) -> subprocess.Popen[bytes]:
    """A command that is left running; what it says can be read."""
    return subprocess.Popen(
        command_line(*arguments),
        stdin=stdin,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(**changes),
        cwd=ROOT,
        preexec_fn=_heed_ctrl_c,
    )


def _heed_ctrl_c() -> None:
    """Tests that are started in the background ignore Ctrl-C, and what they start would inherit that."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def small(**fields: Any) -> dict[str, Any]:
    """Two buffers that take turns, one that stays; 24 run bytes."""
    return {
        "schema": "warpack/manifest/1",
        "name": "small",
        "target": {"compute_capability": "8.6"},
        "timeline": {"phases": ["load", "work", "store"]},
        "buffers": [
            {"name": "steady", "size": 2, "dtype": "float32", "persistent": True},
            {"name": "early", "size": 4, "dtype": "float32", "lifetime": [["load", "load"]]},
            {"name": "late", "size": 4, "dtype": "int32", "lifetime": [["work", "store"]]},
        ],
        "validation": "static",
        **fields,
    }


def one_buffer(elements: int, **fields: Any) -> dict[str, Any]:
    """A manifest with a single buffer of so many float32."""
    return small(buffers=[{"name": "only", "size": elements, "dtype": "float32"}], **fields)


def endless(time_limit_s: float) -> dict[str, Any]:
    """No solver proves the best packing within the time limit."""
    return hard_manifest(time_limit_s=time_limit_s)


def written(folder: Path, document: Any, name: str = "manifest.json") -> Path:
    path = folder / name
    path.write_bytes(document if isinstance(document, bytes) else json.dumps(document).encode())
    return path
