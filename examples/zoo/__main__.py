"""`python -m examples.zoo`: solves every kernel, and writes docs/zoo.md and its cards, docs/zoo/NAME.svg."""

from __future__ import annotations

import sys
from pathlib import Path

from benchmarks.machine import machine
from examples.zoo.entries import entries
from examples.zoo.page import page
from examples.zoo.results import TRIALS, NotProvenError, Result, solve
from warpack import draw

DOCS = Path(__file__).parents[2] / "docs"
PAGE = DOCS / "zoo.md"
CARDS = DOCS / "zoo"


def main() -> int:
    results: list[Result] = []
    try:
        for entry in entries():
            results.append(solve(entry))
            print(f"{entry.name}: {results[-1].before} -> {results[-1].now}, {results[-1].seconds * 1000:.0f} ms")
    except NotProvenError as error:
        print(f"zoo: {error}", file=sys.stderr)
        return 1
    CARDS.mkdir(exist_ok=True)
    for old in CARDS.glob("*.svg"):
        old.unlink()
    for one in results:
        (CARDS / f"{one.entry.name}.svg").write_text(card(one), encoding="utf-8")
    PAGE.write_text(page(results, machine()["processor"], TRIALS), encoding="utf-8")
    return 0


def card(one: Result) -> str:
    return draw(one.manifest, one.layout, "card")


if __name__ == "__main__":
    raise SystemExit(main())
