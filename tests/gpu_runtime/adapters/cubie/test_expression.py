"""Expressions of lifetimes.json: what they may say, and what they may not."""

from __future__ import annotations

from typing import Any

import pytest

from warpack.gpu_runtime.adapters.cubie.expression import evaluate

NAMES: dict[str, Any] = {"stages": 4, "k": 2, "row": None, "adaptive": True, "drivers": False, "sources": [0, 3, 1]}


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("stages - 1", 3),
        ("k+1", 3),
        ("not adaptive and drivers", False),
        ("adaptive or drivers", True),
        ("row is not None", False),
        ("row is None", True),
        ("k == stages - 2", True),
        ("k > stages", False),
        ("0 if adaptive else 1", 0),
        ("k + 1 if k <= 1 else k", 2),
        ("min(k, stages - 1)", 2),
        ("sources[k]", 1),
    ],
)
def test_what_the_file_says_means_what_python_means(expression: str, value: object) -> None:
    assert evaluate(expression, NAMES) == value


@pytest.mark.parametrize("expression", ["open('x')", "k.real", "k * 2", "[k]", "1 < k < 3", "lambda: 1"])
def test_other_notation_is_refused(expression: str) -> None:
    with pytest.raises(ValueError, match="not understood"):
        evaluate(expression, NAMES)


def test_a_name_without_a_value_is_an_error() -> None:
    with pytest.raises(KeyError, match="steps"):
        evaluate("steps - 1", NAMES)
