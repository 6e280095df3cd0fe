"""`warpack bench`."""

from __future__ import annotations

import statistics
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter
from rich.table import Table

from service.cli.exits import BAD_INPUT, DONE, FAILED, CommandFailed
from service.cli.terminal import complain, err, out, write_json

_EXAMPLES = Path(__file__).resolve().parents[2] / "examples"


@dataclass(frozen=True)
class Measured:
    """One manifest, solved once. `seconds` is an outside clock's: reading, solving and building the layout."""

    manifest: str
    buffers: int
    no_sharing_bytes: int
    lower_bound_bytes: int
    run_bytes: int | None
    threads_without_sharing: int
    threads_per_block: int | None
    status: str
    verified: bool
    seconds: float


def bench(
    folder: Annotated[
        Path, Parameter(help="Folder of manifests (*.json); without it, the examples of the source tree.")
    ] = _EXAMPLES,
    /,
    *,
    json: Annotated[bool, Parameter(negative="", show_default=False, help="Print the rows as JSON.")] = False,
) -> int:
    """Solve every manifest of a folder in this process, verify each layout, and show times and bytes.

    Exit code 0: every layout is verified. 1: some verification failed. 2: there is a bad manifest, or none.
    """
    paths = sorted(path for path in folder.glob("*.json") if path.is_file())
    if not paths:
        raise CommandFailed(f"no manifests (*.json) in {folder}", BAD_INPUT)
    measure(paths[0])  # the first solve of a process also imports the solver
    with err().status("solving"):
        rows = [measure(path) for path in paths]
    if json:
        from json import dumps

        write_json(dumps([asdict(row) for row in rows], ensure_ascii=False))
    else:
        console = out()
        console.print(_table(rows))
        console.print(_total(rows))
    wrong = [row.manifest for row in rows if not row.verified]
    if wrong:
        complain(f"the verifier refuses the layouts of {', '.join(wrong)}")
    return FAILED if wrong else DONE


def measure(path: Path) -> Measured:
    """Reads and solves one manifest, and verifies its layout outside the clock. Raises ManifestError for a bad one."""
    from solver import load_manifest, optimize, verify
    from solver.wire.problems import ManifestError, Problem

    started = time.perf_counter()
    try:
        manifest = load_manifest(path)
        layout = optimize(manifest)
    except ManifestError as error:
        named = (
            Problem(each.type, each.pointer, f"{path.name}: {each.message}", each.names) for each in error.problems
        )
        raise ManifestError(tuple(named)) from None
    seconds = time.perf_counter() - started
    base, launch = layout.baselines["no_sharing"], layout.launch
    return Measured(
        manifest=path.stem,
        buffers=len(manifest.buffers),
        no_sharing_bytes=base.run_bytes,
        lower_bound_bytes=layout.proof.run_bytes.lower_bound_bytes,
        run_bytes=launch.run_bytes if launch else None,
        threads_without_sharing=base.threads_per_block,
        threads_per_block=launch.threads_per_block if launch else None,
        status=layout.status,
        verified=launch is None or verify(manifest, layout).passed,
        seconds=seconds,
    )


def _table(rows: list[Measured]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("manifest", overflow="fold")
    for title in ("buffers", "no sharing", "bound", "run bytes", "threads", "status", "ms"):
        table.add_column(title, justify="left" if title == "status" else "right", no_wrap=True)
    for row in rows:
        table.add_row(
            row.manifest,
            str(row.buffers),
            str(row.no_sharing_bytes),
            str(row.lower_bound_bytes),
            "-" if row.run_bytes is None else str(row.run_bytes),
            f"{row.threads_without_sharing} -> {row.threads_per_block or 0}",
            row.status,
            f"{row.seconds * 1000:.1f}",
        )
    return table


def _total(rows: list[Measured]) -> str:
    times = [row.seconds * 1000 for row in rows]
    optimal = sum(row.status == "optimal" for row in rows)
    more = sum((row.threads_per_block or 0) > row.threads_without_sharing for row in rows)
    return (
        f"{len(rows)} manifests: {optimal} optimal, {more} with more threads than without sharing; "
        f"median {statistics.median(times):.1f} ms, worst {max(times):.1f} ms"
    )
