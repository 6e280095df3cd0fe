"""The suite's command: `python -m benchmarks`, and `warpack bench` where Warpack runs from its source tree."""

from __future__ import annotations

from dataclasses import asdict
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter
from rich.table import Table as Shown

from benchmarks import suite as instances_of
from benchmarks.instances import files
from benchmarks.instances.instance import Instance
from benchmarks.machine import machine
from benchmarks.peers import omni
from benchmarks.report.page import Run, write_page
from benchmarks.report.tables import Table, family_table, instance_table, strategies_table, threads_table
from benchmarks.running import Row, run
from benchmarks.summary import summarise
from warpack.service.cli.exits import BAD_INPUT, DONE, FAILED, CommandFailed
from warpack.service.cli.terminal import complain, err, note, out, write_json
from warpack.solver import SearchOptions
from warpack.solver.search.plan import check_options


def bench(
    folder: Annotated[Path | None, Parameter(help="Folder of manifests (*.json) to solve.")] = None,
    /,
    *,
    traces: Annotated[
        Path | None, Parameter(help="Folder of traces to solve: CSV files with columns id,lower,upper,size.")
    ] = None,
    suite: Annotated[
        bool | None,
        Parameter(
            help="Solve the examples, tilings and kernels (the default where no folder is named).", show_default=False
        ),
    ] = None,
    limit: Annotated[float, Parameter(help="Seconds for each solver and instance.")] = 3.0,
    seeds: Annotated[int, Parameter(help="How many times over the tilings and kernels are generated.")] = 1,
    write: Annotated[Path | None, Parameter(help="Folder to write benchmarks.md and its plots into.")] = None,
    without: Annotated[
        tuple[str, ...],
        Parameter(help="A strategy of Warpack's search to do without, to see what it is worth; may be given again."),
    ] = (),
    json: Annotated[bool, Parameter(negative="", show_default=False, help="Print the rows as JSON.")] = False,
) -> int:
    """Solve instances with Warpack, omnimalloc, a plain CP-SAT model and CuBIE's rule, check every result, and compare.

    Exit code 0: every result is right. 1: some result was refused. 2: there is a bad manifest or trace, or none.
    """
    if limit <= 0 or seeds < 1:
        raise CommandFailed("--limit has to be above 0 and --seeds at least 1", BAD_INPUT)
    search = SearchOptions(without=frozenset(without))
    try:
        check_options(search)
    except ValueError as error:
        raise CommandFailed(f"--without: {error}", BAD_INPUT) from None
    if write is not None:
        _need_matplotlib()
    if not omni.installed():
        note("omnimalloc is not installed, and is left out: pip install -c constraints.txt '.[bench]'")
    suite = suite if suite is not None else folder is None and traces is None
    instances = _instances(folder, traces, seeds if suite else 0)
    before, rows = machine(), []
    with err().status("solving") as status:
        for number, instance in enumerate(instances, 1):
            status.update(f"solving {number} of {len(instances)}: {instance.name}")
            rows.append(run(instance, limit, search))
    if json:
        from json import dumps

        write_json(dumps([_document(row) for row in rows], ensure_ascii=False))
    else:
        _print(rows)
    if write is not None:
        page = write_page(
            Run(rows, limit, _command(folder, traces, suite, limit, seeds, without, write), before), write
        )
        note(f"wrote {page}")
    faults = [fault for row in rows for fault in row.faults]
    for fault in faults:
        complain(fault)
    return FAILED if faults else DONE


def _need_matplotlib() -> None:
    if find_spec("matplotlib") is None:
        raise CommandFailed("--write draws with matplotlib: pip install -c constraints.txt '.[bench]'")


def _instances(folder: Path | None, traces: Path | None, seeds: int) -> list[Instance]:
    found = list(instances_of.built_in(seeds)) if seeds else []
    try:
        found += files.manifests(folder, "manifests") if folder is not None else []
        found += files.traces(traces, "traces") if traces is not None else []
    except ValueError as error:
        raise CommandFailed(str(error), BAD_INPUT) from None
    return found


def _command(
    folder: Path | None,
    traces: Path | None,
    suite: bool,
    limit: float,
    seeds: int,
    without: tuple[str, ...],
    write: Path,
) -> str:
    """The command to type again, without folders: they are this machine's."""
    words = ["warpack bench"]
    if folder is not None:
        words.append("FOLDER")
    if traces is not None:
        words.append("--traces FOLDER")
    if suite and len(words) > 1:
        words.append("--suite")
    words += [
        f"--limit {limit:g}",
        f"--seeds {seeds}",
        *(f"--without '{name}'" for name in without),
        f"--write {write.name}",
    ]
    return " ".join(words)


def _document(row: Row) -> dict[str, Any]:
    return {
        "instance": row.instance.name,
        "family": row.instance.family,
        "buffers": row.buffers,
        "bound_bytes": row.bound_bytes,
        "optimum_bytes": row.instance.optimum_bytes,
        "attempts": [asdict(one) for one in row.attempts],
        "threads_per_block": [asdict(one) for one in row.blocks],
        "strategies": [asdict(one) for one in row.accounts],
    }


def _print(rows: list[Row]) -> None:
    for table in (instance_table(rows), family_table(summarise(rows)), threads_table(rows), strategies_table(rows)):
        if table.rows:
            out().print(_shown(table))
            out().print()


def _shown(table: Table) -> Shown:
    shown = Shown(box=None, pad_edge=False, header_style="bold")
    for at, title in enumerate(table.titles):
        shown.add_column(
            title, justify="left" if at < table.left else "right", overflow="fold", no_wrap=at >= table.left
        )
    for row in table.rows:
        shown.add_row(*row)
    return shown
