from __future__ import annotations

import pytest

from tests.service.cli.commands import Cli


@pytest.fixture
def warpack(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Cli:
    """Commands run in this process, with output as it is when piped."""
    for name in ("COLUMNS", "NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    return Cli(capsys)
