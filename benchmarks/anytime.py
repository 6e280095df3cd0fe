"""How good packings are after 0.1, 1, 5, 20 and 60 s: Warpack and its peers on the same instances, in one run.

    python -m benchmarks.anytime --traces FOLDER --write docs

prints a line for each instance and limit, writes `anytime.md` into the folder, and exits with 1 where a peer's packing
is smaller than Warpack's or a result was refused. Each solver starts anew for each limit. Once Warpack has proven a
packing, longer limits are left out, since no solver can do better.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.attempt import Attempt
from benchmarks.instances.files import traces
from benchmarks.instances.instance import Instance
from benchmarks.instances.tilings import guillotine
from benchmarks.machine import machine
from benchmarks.peers import first_fit, omni, plain_cpsat, warpack
from benchmarks.peers.question import Question
from benchmarks.report.anytime import Moment, page_of
from benchmarks.running import promoted
from benchmarks.suite import built_in

LIMITS_S = (0.1, 1.0, 5.0, 20.0, 60.0)

PAGE = "anytime.md"

Solve = Callable[[Question], Attempt]


def moments(instance: Instance, limits_s: Sequence[float]) -> Iterator[Moment]:
    """Runs every solver at one limit after another, until Warpack has proven its packing."""
    for limit_s in sorted(limits_s):
        manifest = instance.manifest(limit_s)
        ours, layout = warpack.solve(manifest)
        question = Question(manifest, limit_s, promoted(manifest, layout))
        moment = Moment(instance, len(manifest.buffers), limit_s, (ours, *(solve(question) for solve in _peers())))
        yield moment
        if ours.proven:
            return


def _peers() -> tuple[Solve, ...]:
    return ((omni.solve,) if omni.installed() else ()) + (plain_cpsat.solve, first_fit.solve)


def warm_up() -> None:
    """Solves one tiny instance with every solver, so that no limit is spent on imports."""
    for _ in moments(guillotine(8, 0).instance("warm-up", 0), (0.1,)):
        pass


@dataclass(frozen=True)
class Wanted:
    """`families`: only these; empty for all. `traces`: folders of CSV files."""

    limits_s: tuple[float, ...]
    seeds: int
    traces: tuple[Path, ...]
    families: frozenset[str]
    names: tuple[str, ...]

    def instances(self) -> Iterator[Instance]:
        found: Iterable[Instance] = (
            *(one for folder in self.traces for one in traces(folder, "traces")),
            *built_in(self.seeds),
        )
        for one in found:
            if self.families and one.family not in self.families:
                continue
            if not self.names or any(one.name.startswith(name) for name in self.names):
                yield one


def main(arguments: Sequence[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    wanted = Wanted(
        tuple(options.limits),
        options.seeds,
        tuple(options.traces),
        frozenset(options.families),
        tuple(options.only),
    )
    instances = list(wanted.instances())
    if not instances:
        print("no instance is of these families and names", file=sys.stderr)
        return 2
    about = machine()
    warm_up()
    found: list[Moment] = []
    for instance in instances:
        for moment in moments(instance, wanted.limits_s):
            found.append(moment)
            print(moment.line(), flush=True)
    if options.write is not None:
        page = options.write / PAGE
        page.write_text(page_of(found, wanted.limits_s, _command(arguments), about), encoding="utf-8")
        print(f"written: {page}")
    bad = [moment for moment in found if moment.ahead or moment.faults]
    print(f"{len(found)} rows, a peer ahead or a result refused in {len(bad)}")
    return int(bool(bad))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="Warpack and its peers at several time limits.")
    parser.add_argument("--limits", type=float, nargs="+", default=LIMITS_S, metavar="S", help="seconds each")
    parser.add_argument("--seeds", type=int, default=1, help="how many sets of tilings, kernels and programs")
    parser.add_argument("--traces", type=Path, action="append", default=[], metavar="FOLDER", help="CSV files")
    parser.add_argument("--families", nargs="+", default=[], metavar="NAME", help="only these families")
    parser.add_argument("--only", nargs="+", default=[], metavar="NAME", help="only instances whose names begin so")
    parser.add_argument("--write", type=Path, metavar="FOLDER", help=f"where to write {PAGE}")
    return parser


def _command(arguments: Sequence[str] | None) -> str:
    """The command line, with a folder's name left out: it says nothing to a reader."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    for at, word in enumerate(words[:-1]):
        if word == "--traces":
            words[at + 1] = "FOLDER"
        if word == "--write":
            words[at + 1] = "docs"
    return " ".join(("python -m benchmarks.anytime", *words))


if __name__ == "__main__":
    raise SystemExit(main())
