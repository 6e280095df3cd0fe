"""What is shown of a layout's advice and of its frontier."""

from __future__ import annotations

import io
from typing import Any

from rich.console import Console

from tests.helpers.solving import manifest_of
from warpack.service.render.advice import advice_figures
from warpack.service.render.view import layout_view
from warpack.solver import Manifest, optimize

_CHAIN = [
    {"name": "a", "size": 100, "lifetime": [[0, 5]]},
    {"name": "b", "size": 100, "lifetime": [[4, 8]]},
]


def shown(manifest: Manifest) -> str:
    console = Console(file=io.StringIO(), width=400)
    for renderable in layout_view(manifest, optimize(manifest), 100):
        console.print(renderable)
    file: Any = console.file
    return str(file.getvalue())


def test_single_changes_are_told_in_words() -> None:
    text = shown(manifest_of(*_CHAIN))
    assert "it would be 400 if a ended before phase 4, 400 if b started after phase 4" in text
    assert "without any one of these it fits: a, b, or if a ended before phase 4, b started after phase 4" in text


def test_that_no_single_change_is_enough_is_said_as_well() -> None:
    pairs = [{"name": f"{one}{at}", "size": 90, "lifetime": [[at, at + 3]]} for at in (0, 5) for one in "ab"]
    text = shown(manifest_of(*pairs))
    assert "no single buffer less, and no single lifetime one phase shorter, is enough" in text


def test_the_frontier_is_a_table_with_an_arrow_at_the_layout() -> None:
    autos = [{"name": f"w{n}", "size": 30, "location": "auto", "accesses": 10 + n} for n in range(4)]
    text = shown(manifest_of(*_CHAIN, *autos, frontier=True))
    table = text[text.index("frontier") :].splitlines()
    assert table[1].split() == ["threads", "resident", "accesses", "on", "chip", "run", "bytes", "on", "chip"]
    rows = [row for row in table[2:] if row[2:].strip()[:1].isdigit()]
    assert len([row for row in rows if row.startswith(">")]) == 1
    assert any("w3, w2" in row or "w0, w1, w2, w3" in row for row in rows)


def test_a_layout_without_a_frontier_shows_none() -> None:
    assert "accesses on chip" not in shown(manifest_of(*_CHAIN))


def test_an_unsettled_list_of_changes_is_said_to_be_unsettled() -> None:
    enough = {"without": ["a"], "shorter": [], "settled": False}
    advice = {
        "next_larger_block": {"threads_per_block": 64, "run_bytes_at_most": 8, "run_bytes_to_go": 4, "enough": enough}
    }
    ((_, open_),) = advice_figures(advice)
    assert open_.endswith("without any one of these it fits: a; and perhaps others: not all were tried to the end")
    enough["settled"] = True
    ((_, closed),) = advice_figures(advice)
    assert closed.endswith("without any one of these it fits: a")
