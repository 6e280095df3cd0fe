"""The page with a run's figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.peers import warpack
from benchmarks.report.plots import plot_threads, plot_time
from benchmarks.report.sections import sections_of, with_sections
from benchmarks.report.tables import family_table, instance_table, strategies_table, threads_table
from benchmarks.running import Row
from benchmarks.summary import summarise

PAGE, TIME_PLOT, THREADS_PLOT = "benchmarks.md", "benchmarks-time.svg", "benchmarks-threads.svg"


@dataclass(frozen=True)
class Run:
    """`command`: the command that makes the page again."""

    rows: Sequence[Row]
    limit_s: float
    command: str
    machine: Mapping[str, str]


def write_page(run: Run, folder: Path) -> Path:
    """The page and its plots into `folder`, with the sections that other commands wrote. Needs matplotlib."""
    folder.mkdir(parents=True, exist_ok=True)
    plot_time(run.rows, run.limit_s, folder / TIME_PLOT)
    plot_threads(run.rows, folder / THREADS_PLOT)
    page = folder / PAGE
    others = sections_of(page.read_text(encoding="utf-8")) if page.exists() else {}
    page.write_text(with_sections(page_of(run), others), encoding="utf-8")
    return page


def page_of(run: Run) -> str:
    summaries = summarise(list(run.rows))
    open_ones = [
        f"- {one.family}: {'; '.join(one.unproven)}" for one in summaries if _left_open(one.solver, one.unproven)
    ]
    bad = [fault for row in run.rows for fault in row.faults]
    machine = "\n".join(f"- {name}: {value}" for name, value in run.machine.items())
    parts = [
        "# Benchmarks",
        f"Written by `{run.command}`.\nEvery solver had the same instances, in one process, one after the other, and at "
        f"most {run.limit_s:g} s for each.",
        machine,
        _WHO,
        "## Sets",
        _SETS,
        "## Results",
        _COLUMNS,
        family_table(summaries).markdown(),
        "What Warpack left without a proof:\n\n" + "\n".join(open_ones) if open_ones else "Warpack proved all of them.",
        "Refused:\n\n" + "\n".join(f"- {one}" for one in bad) if bad else "No result was refused.",
        "How good packings are after a tenth of a second, and later: [packings against time](anytime.md).",
        f"![Peak above the bound against time]({TIME_PLOT})",
        "## Threads per block",
        _THREADS,
        threads_table(run.rows).markdown(),
        f"![Threads per block against CuBIE's rule]({THREADS_PLOT})",
        "## Who earned what",
        _EARNED,
        strategies_table(run.rows).markdown(),
        "## Every instance",
        "Run bytes; a star where the solver itself proved that nothing is smaller.",
        instance_table(run.rows).markdown(),
    ]
    return "\n\n".join(parts) + "\n"


def _left_open(solver: str, unproven: Sequence[str]) -> bool:
    return solver == warpack.NAME and bool(unproven)


_EARNED = """\
The strategies of Warpack's search over all instances above: [search.md](search.md) says what they are, and
`warpack bench --without NAME` runs without one. The first packing of a region saves nothing; a proof is entered for
what left nothing between packing and bound."""

_WHO = """\
Warpack is this repository. omnimalloc is a public library of allocators: each of its registry that its package can run
is run (but `naive`, which shares nothing), and the best result counts, with that allocator's own time. "Plain CP-SAT"
is the model that one writes first: a box for each buffer, `NoOverlap2D` over phases and offsets, the highest end
minimised. CuBIE's rule is that of its buffer registry: only declared aliases share, and the block is halved from the
largest until it fits. All may use every core.

Every packing is turned into a layout and verified by the same rules as Warpack's own; CuBIE's rule gives figures only.
A bound above another's packing, or above a known optimum, would be reported here too."""

_SETS = """\
- `examples`: the manifests in `examples/`, CuBIE's buffers among them.
- `guillotine`, `pinwheel`: a rectangle of phases by bytes cut into 10 to 400 buffers without a gap, so that its height
  is the optimum. Pinwheels (four blades round a centre) are the smallest tilings that no straight cut takes apart.
- `kernels`: 60 to 120 buffers in nested components, several calls each: stage stores with rows at fixed offsets,
  results computed in place, contents carried round loops, barriers where several threads serve a run, mixed widths,
  buffers of the whole block. The others have no word for several of these. They get a stricter problem, in which what
  they cannot say is kept apart: omnimalloc one box from a buffer's first phase to its last, in steps of the largest
  alignment; plain CP-SAT all but in-place pairs.
- `programs`: as many buffers, in kernels composed of routines (stages, Newton iterations, linear solves, windows) that
  call one another. Every lifetime, also of each row, follows from what is read and written over all calls; those of
  `kernels` are drawn at random.
- Other sets come from folders: manifests, or traces (CSV files with the columns `id,lower,upper,size`, as minimalloc
  has them). Their sizes are divided by the greatest common divisor, so that the tables show units, not bytes."""

_COLUMNS = """\
A gap is the bytes above the bound, as a share of it. The bound is the known optimum, or else the best that any solver
proved; so "at the bound" is optimal, whether or not the solver knows. "Proven": it proved that itself, for the problem
as it stands; for omnimalloc, which hands out no proof, wherever its packing meets the most bytes live at once. Seconds
are an outside clock's, and a solver may overrun the limit a little: a proof counts all the same, and its time is in the
last column."""

_THREADS = """\
Geometric mean of the threads per block to those of CuBIE's rule, and how many manifests get larger blocks, of at most
1024 threads. The examples state lifetimes and declare no alias, so that the rule gives every buffer bytes of its own."""
