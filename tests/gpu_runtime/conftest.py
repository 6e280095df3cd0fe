from __future__ import annotations

import pytest

from tests.helpers import warm_children
from warpack.gpu_runtime.probe.backends import compiled_level, simulated_level


@pytest.fixture
def warm(monkeypatch: pytest.MonkeyPatch) -> None:
    """The probe's children are forked from processes that have numba imported."""
    monkeypatch.setattr(simulated_level, "ask", warm_children.ask)
    monkeypatch.setattr(compiled_level, "ask", warm_children.ask)
