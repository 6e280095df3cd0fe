"""Kernels that die of poison keep what was found until then."""

from __future__ import annotations

from typing import Any

import pytest

from tests.gpu_runtime.checked.test_checks import simulated


@pytest.fixture(scope="module")
def dead() -> dict[str, Any]:
    died: dict[str, Any] = simulated("dying")
    return died


LAST = {
    "NaN to int": ("cannot convert float NaN to integer", "state was read in phase use, after its lifetime had ended (live in load): dying.py, line "),
    "index out of range": ("IndexError: ", "order was read in phase use, after its lifetime had ended (live in load): dying.py, line "),
}  # fmt: skip


@pytest.mark.parametrize("fault", LAST)
def test_a_kernel_that_dies_of_poison_hands_the_findings_on_with_its_exception(
    dead: dict[str, Any], fault: str
) -> None:
    died, finding = LAST[fault]
    before, _, after = dead[fault]["printed"].partition("The checked allocators had found until then:\n  ")
    assert died in before
    assert after.startswith(finding)
    assert dead[fault]["said"][0].startswith(finding)


def test_a_kernel_that_dies_of_itself_is_told_that_nothing_was_found(dead: dict[str, Any]) -> None:
    assert "The checked allocators had found nothing until then." in dead["of its own"]["printed"]
