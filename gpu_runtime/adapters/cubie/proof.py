"""The proof that layouts do not change what CuBIE computes: `python -m warpack.gpu_runtime.adapters.cubie.proof`.

Each method runs in CuBIE's simulator with CuBIE's own layout and with Warpack's, in poisoned memory. The trajectories,
status codes, iteration counters and summaries must be the same, bit for bit. As a control, two live buffers are put at
the same bytes, which must change them.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from warpack.gpu_runtime.adapters.cubie.cases import CASES, SHORT, Case
from warpack.gpu_runtime.adapters.cubie.trial import BUDGET_BYTES, Outcome, Traced
from warpack.gpu_runtime.interpreter import import_environment, python

MODULE = "warpack.gpu_runtime.adapters.cubie.proof"


class ProofError(RuntimeError):
    """A case ended without an outcome; the message is what its process wrote."""


def prove(
    cases: Sequence[Case], on_outcome: Callable[[Outcome], None] | None = None, *, traced: bool = False
) -> list[Outcome]:
    """Run the cases in a process of their own, in a folder of its own: CuBIE writes the code that it generates into the
    working directory, and its simulator is chosen when it is imported. `on_outcome` gets each as it comes. `traced`:
    layouts are made of lifetimes that are traced, not of the adapter's table."""
    outcomes: list[Outcome] = []
    with tempfile.TemporaryDirectory(prefix="warpack-cubie-") as folder:
        asked = Path(folder) / "cases.json"
        asked.write_text(json.dumps([asdict(case) for case in cases]), encoding="utf-8")
        with (
            (Path(folder) / "errors.txt").open("w+", encoding="utf-8") as errors,
            subprocess.Popen(  # noqa: S603  (our own interpreter and module)
                python("-m", MODULE, "--inside", str(asked), *(["--traced"] if traced else [])),
                cwd=folder,
                env=os.environ | simulator_environment(folder),
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
            ) as process,
        ):
            try:
                for line in process.stdout or ():
                    if line.startswith("{"):
                        outcomes.append(_outcome(json.loads(line)))
                        if on_outcome:
                            on_outcome(outcomes[-1])
            except BaseException:
                process.kill()
                raise
            if process.wait():
                errors.seek(0)
                raise ProofError(f"{cases[len(outcomes)].name}: {errors.read().strip()[-4000:]}")
    return outcomes


def simulator_environment(folder: str) -> dict[str, str]:
    """What a process needs to run CuBIE without a GPU, with its files in `folder`."""
    return {
        **import_environment(),
        "NUMBA_ENABLE_CUDASIM": "1",
        "CUBIE_CACHE_DIR": str(Path(folder) / "cache"),
    }


HEAD = """\
| family | method | bytes per run, CuBIE | Warpack | threads per block, CuBIE | Warpack | identical | control differs |
|---|---|---:|---:|---:|---:|---|---|"""


def row_of(outcome: Outcome) -> str:
    """The outcome as a line of a Markdown table under `HEAD`."""
    same, differs = _verdicts(outcome)
    return (
        f"| {outcome.family} | {outcome.case} | {outcome.own_stride_bytes} | {outcome.stride_bytes} | "
        f"{outcome.own_threads} | {outcome.threads} | {same} | {differs} |"
    )


def _verdicts(outcome: Outcome) -> tuple[str, str]:
    """Whether the results are the same, and whether the control differs."""
    same, differs = (
        "yes" if word else "NO" for word in (outcome.identical and outcome.finite, outcome.control_differs)
    )
    return same, differs


HEAD_TRACED = """\
| method | run bytes, table | traced | conflicts, table | traced | in both | only observed | not covered | s of processor time | identical | control differs |
|---|---:|---:|---:|---:|---:|---:|---:|---:|---|---|"""


def traced_row_of(outcome: Outcome) -> str:
    """The outcome with traced lifetimes as a line under `HEAD_TRACED`."""
    found = outcome.traced
    if found is None:
        raise ProofError(f"{outcome.case} was not traced")
    same, differs = _verdicts(outcome)
    return (
        f"| {outcome.case} | {found.table_run_bytes} | {found.run_bytes} | {found.table_conflicts} | "
        f"{found.conflicts} | {found.common_conflicts} | {found.only_observed} | {found.not_covered} | "
        f"{found.seconds:.1f} | {same} | {differs} |"
    )


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog=f"python -m {MODULE}",
        description="Runs CuBIE's methods with CuBIE's own layouts and with Warpack's, and compares bit for bit.",
    )
    parser.add_argument("--short", action="store_true", help="four small methods only")
    parser.add_argument("--traced", action="store_true", help="lifetimes from a trace, not from the adapter's table")
    parser.add_argument("--only", metavar="WORD", help="methods whose name has this in it")
    parser.add_argument("--inside", metavar="CASES", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args(arguments)
    if asked.inside:
        return _inside(asked.inside, traced=asked.traced)
    head, row = (HEAD_TRACED, traced_row_of) if asked.traced else (HEAD, row_of)
    cases = [case for case in (SHORT if asked.short else CASES) if (asked.only or "") in case.name]
    if not cases:
        parser.error(f"no method has {asked.only!r} in its name")
    print(head)
    outcomes = prove(cases, lambda outcome: print(row(outcome), flush=True), traced=asked.traced)
    passed = sum(outcome.passed for outcome in outcomes)
    algorithms = len({outcome.algorithm for outcome in outcomes})
    print(
        f"\n{passed} of {len(outcomes)} passed, {algorithms} algorithms; bytes with padding, threads within {BUDGET_BYTES} "
        "bytes a block; poisons 0xFF and 0xA5"
    )
    if asked.traced:
        fewer = sum(one.traced.run_bytes <= one.traced.table_run_bytes for one in outcomes if one.traced)
        print(f"run bytes are at most those of the table in {fewer} of {len(outcomes)}")
    for finding in dict.fromkeys(finding for outcome in outcomes for finding in outcome.findings):
        print(f"found in CuBIE: {finding}")
    return 0 if passed == len(outcomes) else 1


def _inside(cases: Path, *, traced: bool) -> int:
    from warpack.gpu_runtime.adapters.cubie.trial import run_case

    warnings.simplefilter("ignore")  # the simulator warns that it is one, and of overflows in the controls
    for case in json.loads(cases.read_text(encoding="utf-8")):
        print(json.dumps(run_case(Case(**case), traced=traced).to_json()), flush=True)
    return 0


def _outcome(document: dict[str, Any]) -> Outcome:
    first, second = document["control"]
    traced = Traced(**document["traced"]) if document["traced"] else None
    findings = tuple(document["findings"])
    return Outcome(**(document | {"control": (first, second), "findings": findings, "traced": traced}))


if __name__ == "__main__":
    sys.exit(main())
