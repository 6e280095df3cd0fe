"""`warpack import`: manifests from what other tools write down of memory."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import App, Parameter

from warpack.service.cli.exits import BAD_INPUT, DONE, CommandFailed
from warpack.service.cli.inputs import STDIN
from warpack.service.cli.terminal import complain, complain_of, note
from warpack.solver.wire.problems import ManifestError

if TYPE_CHECKING:
    from warpack.gpu_runtime.imports.outcome import Imported, ImportFailed

import_ = App(name="import", help="Make a manifest from what another tool wrote down of memory.")

Output = Annotated[
    Path | None, Parameter(name=["-o", "--output"], help="Write the manifest to this file, not to standard output.")
]


@import_.command
def csv(
    table: Annotated[str, Parameter(help="File of the table; - is standard input.")],
    /,
    *,
    pin: Annotated[bool, Parameter(negative="", show_default=False, help="Keep the table's offsets, as pins.")] = False,
    output: Output = None,
) -> int:
    """A table of minimalloc's or omnimalloc's, as a pool.

    Its columns are id, lower, upper and size, and perhaps alignment, gaps and offset; times may be vector clocks, a:b.
    The table's own offsets become the baseline to compare with. Exit code 0: written. 2: the table is bad, each fault
    on standard error with its line.
    """
    from warpack.gpu_runtime.imports import ImportFailed
    from warpack.gpu_runtime.imports.csv_pool import import_csv

    name = "" if table == STDIN else Path(table).stem
    try:
        imported = import_csv(_text(table), name=name, pinned=pin)
    except ImportFailed as error:
        return _refused(table, error)
    return _write(table, imported, output)


def _text(source: str) -> str:
    try:
        data = sys.stdin.buffer.read() if source == STDIN else Path(source).read_bytes()
    except OSError as error:
        raise CommandFailed(f"cannot read {source}: {error.strerror or error}", BAD_INPUT) from None
    try:
        return data.decode()
    except UnicodeDecodeError:
        raise CommandFailed(f"{source} is no text in UTF-8", BAD_INPUT) from None


def _refused(source: str, error: ImportFailed) -> int:
    complain(f"{source} cannot be imported:")
    for fault in error.faults:
        note(f"error: {fault}")
    return BAD_INPUT


def _write(source: str, imported: Imported, output: Path | None) -> int:
    """The manifest where it is wanted, and on standard error what it is and what has to be known about it."""
    from warpack.solver import load_manifest
    from warpack.solver.baselines import broken_by_hand

    text = manifest_text(imported.manifest)
    try:
        manifest = load_manifest(text.encode())
    except ManifestError as error:
        complain(f"{source} gives a manifest that breaks these rules:")
        complain_of(error.problems)
        return BAD_INPUT
    if output is None:
        sys.stdout.flush()
        sys.stdout.buffer.write(text.encode())
        sys.stdout.buffer.flush()
    else:
        output.write_text(text, encoding="utf-8")
    told = [f"{len(manifest.buffers)} buffers", f"{manifest.timeline.length} phases"]
    if manifest.baseline is not None:
        own = manifest.baseline
        told.append(f"their own layout of {own.pool_bytes or own.block_region_bytes or own.run_bytes} bytes")
    note(f"{', '.join(told)}{'' if output is None else f', in {output}'}.")
    for said in imported.notes:
        note(f"note: {said}.")
    complain_of((*manifest.warnings, *broken_by_hand(manifest)), "warning")
    return DONE


def manifest_text(manifest: dict[str, Any]) -> str:
    """JSON with one line for each field, and for each entry of a list of objects: to be read and edited."""
    lines = []
    for key, value in manifest.items():
        if isinstance(value, list) and value and isinstance(value[0], dict | list):
            entries = ",\n".join(f"    {_json(entry)}" for entry in value)
            lines.append(f"  {_json(key)}: [\n{entries}\n  ]")
        else:
            lines.append(f"  {_json(key)}: {_json(value)}")
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
