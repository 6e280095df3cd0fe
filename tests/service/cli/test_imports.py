"""A command imports what it needs and nothing more: `warpack` starts fast."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.service.cli.commands import ROOT, environment, small, written

HEAVY = ("fastapi", "uvicorn", "dbos", "sqlalchemy", "pydantic", "ortools", "numpy", "numba", "cuda", "httpx2")


def imported_by(*arguments: str | Path) -> set[str]:
    program = (
        "import sys; from warpack.service.cli import main; main(sys.argv[1:]); "
        "print(*{name.partition('.')[0] for name in sys.modules}, file=sys.stderr)"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program, *map(str, arguments)],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
        env=environment(),
    )
    return set(ran.stderr.splitlines()[-1].split())


@pytest.mark.parametrize("command", [("solve", "--json"), ("solve",), ("check",)])
def test_packing_imports_no_server_database_or_gpu_package(tmp_path: Path, command: tuple[str, ...]) -> None:
    assert not imported_by(*command, written(tmp_path, small())) & set(HEAVY)


def test_help_imports_nothing_heavy() -> None:
    assert not imported_by("--help") & set(HEAVY)


def test_every_command_has_help_of_its_own(capsys: pytest.CaptureFixture[str]) -> None:
    from warpack.service.cli import main

    for command in ("solve", "check", "verify", "demo", "serve", "worker", "bench", "doctor"):
        assert main([command, "--help"]) == 0
        assert f"warpack {command}" in capsys.readouterr().out
    assert main(["--version"]) == 0
    assert main([]) == 0
    assert "solve" in capsys.readouterr().out
