"""The registry's example: run in the simulator against numpy, and compiled without a driver."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.helpers.python_programs import output_of

PROGRAM = Path(__file__).resolve().parents[2] / "examples" / "registry" / "two_stage.py"


def run(simulator: bool) -> str:
    return output_of(PROGRAM, simulator=simulator)


@pytest.fixture(scope="module")
def simulated() -> str:
    return run(simulator=True)


def test_both_layouts_of_both_precisions_give_what_numpy_gives(simulated: str) -> None:
    assert simulated.count("4 runs of 5 steps agree with numpy") == 4


def test_lifetimes_make_the_window_smaller_and_the_block_larger(simulated: str) -> None:
    figures = re.findall(r"(\w+), (\w+): (\d+) bytes for a run, (\d+) threads", simulated)
    size = {(precision, layout): (int(size), int(threads)) for precision, layout, size, threads in figures}
    assert size["float32", "declared"] == (452, 96)
    assert size["float32", "optimal"] == (324, 128)
    assert size["float64", "declared"] == (904, 32)
    assert size["float64", "optimal"] == (648, 64)


def test_the_same_kernel_compiles_without_a_driver() -> None:
    assert len(re.findall(r"compiled without a driver: \d+ lines of PTX", run(simulator=False))) == 4
