"""Compiles a hundred Triton kernels, imports each, and compares Triton's shared bytes with ours.

    python -m benchmarks.triton_kernels [--python PATH] [--only NAME …] [--rows FILE] [--write docs/benchmarks.md]

`--python`: a Python that has Triton, if this one has not; no GPU is needed. `--rows`: what was found of each kernel,
a line of JSON each; kernels that stand in it are not compiled again, so a run that was ended goes on where it was. A
row is a fault, and the exit code 1, where the import does not end at the bytes of Triton's metadata, where Triton's
own layout breaks a rule of the manifest, where ours does not verify, or has more bytes.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from textwrap import fill

from benchmarks.machine import machine
from benchmarks.report.sections import put_section
from benchmarks.triton_kernels.cases import written
from benchmarks.triton_kernels.generated import Case, generated, source_of
from warpack.gpu_runtime.imports.outcome import ImportFailed
from warpack.gpu_runtime.imports.triton import import_triton
from warpack.gpu_runtime.imports.triton.compiling import Compilation, Compiled, compile_kernels
from warpack.solver import load_manifest, optimize, verify

GENERATED, GLUON = 50, 20
_AT_ONCE = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """`faults`: what is wrong with the import or the layout, in words."""

    name: str
    compute_capability: str
    buffers: int
    triton_bytes: int
    our_bytes: int
    bound_bytes: int
    proven: bool
    faults: tuple[str, ...]
    version: str = ""


def rows_of(cases: Sequence[Case], interpreter: str | None) -> Iterator[Row]:
    """Compiled some at a time, so that a child that dies takes few with it."""
    with TemporaryDirectory() as folder:
        made = Path(folder, "generated_kernels.py")
        made.write_text(source_of([case for case in cases if case.source]), encoding="utf-8")
        for start in range(0, len(cases), _AT_ONCE):
            some = cases[start : start + _AT_ONCE]
            jobs = [
                Compilation(
                    made if case.source else Path(__file__).with_name(case.file),
                    case.signature,
                    case.name,
                    case.compute_capability,
                    case.options,
                )
                for case in some
            ]
            for case, found in zip(some, compile_kernels(jobs, interpreter=interpreter), strict=True):
                yield _row(case, found)


def _row(case: Case, found: Compiled | ImportFailed) -> Row:
    shared = found.shared_bytes if isinstance(found, Compiled) else 0
    try:
        if isinstance(found, ImportFailed):
            raise found
        manifest = load_manifest(import_triton(found.dump).manifest)
    except ImportFailed as error:
        return Row(
            name=case.name,
            compute_capability=case.compute_capability,
            buffers=0,
            triton_bytes=shared,
            our_bytes=0,
            bound_bytes=0,
            proven=False,
            faults=error.faults,
        )
    layout = optimize(manifest)
    own = layout.baselines["by_hand"]
    ours = layout.launch.block_region_bytes if layout.launch else 0
    faults = [finding.message for finding in (*own.broken, *verify(manifest, layout).findings)]
    if own.block_region_bytes != shared:
        faults.append(f"the import ends at {own.block_region_bytes} bytes, and Triton's metadata say {shared}")
    if ours > shared:
        faults.append(f"{ours} bytes are more than Triton's {shared}")
    proof = layout.proof.block_region_bytes
    return Row(
        name=case.name,
        compute_capability=case.compute_capability,
        buffers=len(manifest.buffers),
        triton_bytes=shared,
        our_bytes=ours,
        bound_bytes=proof.lower_bound_bytes,
        proven=proof.status == "optimal",
        faults=tuple(faults),
        version=found.version,
    )


def report(rows: Sequence[Row], command: str) -> str:
    """The section of the page: the sums, and every kernel in which ours is smaller or unproven."""
    exact = sum(not row.faults for row in rows)
    fewer = [row for row in rows if not row.faults and row.our_bytes < row.triton_bytes]
    proven = sum(row.proven for row in rows)
    paragraphs = [
        f"Written by `{command}`, with Triton {rows[0].version} on {machine()['processor']}. Nothing needs a GPU.",
        "",
        f"{len(rows)} kernels: {len(written())} in the styles that people publish, {GENERATED} generated with loops and "
        f"pipelining, and {GLUON} straight ones in Gluon. The import ends at the very bytes of Triton's metadata, its own "
        f"layout keeps every rule of the manifest, and ours verifies with no more bytes: in {exact} of {len(rows)}. Ours has "
        f"fewer bytes in {len(fewer)}, the same in {exact - len(fewer)}; {proven} are proven the fewest.",
        "",
    ]
    lines = [
        *(fill(one, 118) for one in paragraphs),
        "| kernel with fewer bytes | for | buffers | Triton | Warpack | saved | proven |",
        "| --- | --- | ---: | ---: | ---: | ---: | --- |",
    ]
    for row in sorted(fewer, key=lambda row: row.our_bytes / row.triton_bytes):
        saved = 1 - row.our_bytes / row.triton_bytes
        proof = "yes" if row.proven else f"at least {row.bound_bytes}"
        lines.append(
            f"| {row.name} | {row.compute_capability} | {row.buffers} | {row.triton_bytes} | {row.our_bytes} | "
            f"{saved:.1%} | {proof} |"
        )
    faulty = [f"- {row.name}: {row.faults[0]}" for row in rows if row.faults]
    return "\n".join([*lines, *(["", "Faults:", "", *faulty] if faulty else [])])


def _known(path: Path | None) -> list[Row]:
    if path is None or not path.exists():
        return []
    read = (json.loads(line) for line in path.read_text(encoding="utf-8").splitlines())
    return [Row(**row | {"faults": tuple(row["faults"])}) for row in read]


def main(arguments: Iterable[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--python", help="a Python that has Triton")
    parser.add_argument("--only", nargs="*", help="names of kernels")
    parser.add_argument("--rows", type=Path, help="where rows are kept, and taken from")
    parser.add_argument("--write", type=Path, help="the page whose section is written")
    options = parser.parse_args(None if arguments is None else list(arguments))
    cases = [*written(), *generated(GENERATED, GLUON)]
    if options.only:
        cases = [case for case in cases if case.name in options.only]
    rows = _known(options.rows)
    known = {row.name for row in rows}
    for row in rows_of([case for case in cases if case.name not in known], options.python):
        rows.append(row)
        if options.rows is not None:
            with options.rows.open("a", encoding="utf-8") as lines:
                print(json.dumps(asdict(row)), file=lines)
        state = "; ".join(row.faults) or ("proven" if row.proven else f"at least {row.bound_bytes}")
        print(f"{row.name:26} {row.triton_bytes:>8} {row.our_bytes:>8}  {state}", flush=True)
    text = report(rows, "python -m benchmarks.triton_kernels --write docs/benchmarks.md")
    print(f"\n{text}")
    if options.write is not None:
        put_section(options.write, "Triton kernels", text)
    return 1 if any(row.faults for row in rows) else 0


if __name__ == "__main__":
    sys.exit(main())
