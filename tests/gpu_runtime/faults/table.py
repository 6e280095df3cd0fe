"""The tables of docs/faults.md, and the command that writes them: `python -m tests.gpu_runtime.faults.table`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tests.gpu_runtime.faults.catalogue import FAULTS
from tests.gpu_runtime.faults.running import Seen, run
from warpack.gpu_runtime.probe.checks.catalogue import CHECKS

PAGE = Path(__file__).parents[3] / "docs" / "faults.md"

BEGIN, END = "<!-- tables: written by tests/gpu_runtime/faults/table.py -->", "<!-- end of tables -->"


def tables(seen: Sequence[Seen]) -> str:
    """Which level catches which fault, and for each check of the probe the faults that it alone of all checks sees."""
    lines = ["| fault | planted in | static | compiled | simulated |", "|---|---|---|---|---|"]
    for one in seen:
        simulated = one.refused if one.refused is not None else ", ".join(one.simulated())
        compiled = "not run" if one.compiled is None else ", ".join(one.compiled)
        cells = (", ".join(one.static), compiled, simulated)
        lines.append(f"| {one.fault.what} | {one.fault.where} | {' | '.join(cell or '-' for cell in cells)} |")
    lines += ["", "| check | what it holds against what | faults that it alone sees |", "|---|---|---|"]
    for check in CHECKS:
        alone = [one.fault.what for one in seen if one.simulated() == (check.name,)]
        lines.append(f"| {check.name} | {check.what} | {'; '.join(alone) or '-'} |")
    return "\n".join(lines)


def stated(page: str) -> str:
    """The tables as the page has them."""
    return page.partition(BEGIN)[2].partition(END)[0].strip()


def write() -> None:
    page = PAGE.read_text()
    head, _, rest = page.partition(BEGIN)
    _, _, tail = rest.partition(END)
    PAGE.write_text(f"{head}{BEGIN}\n\n{tables(run(FAULTS))}\n\n{END}{tail}")


if __name__ == "__main__":
    write()
