"""`warpack verify`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, TypeVar

from cyclopts import Parameter

from service.cli.exits import BAD_INPUT, DONE, FAILED, CommandFailed
from service.cli.inputs import STDIN, read_layout, read_manifest
from service.cli.terminal import complain, complain_of, out, write_json
from solver.wire.problems import ManifestError

_Document = TypeVar("_Document")


def verify(
    manifest: Annotated[str, Parameter(help="File of the manifest (JSON); - is standard input.")],
    layout: Annotated[str, Parameter(help="File of the layout (JSON); - is standard input.")],
    /,
    *,
    json: Annotated[bool, Parameter(negative="", show_default=False, help="Print the report as JSON.")] = False,
) -> int:
    """Hold a layout against its manifest: every rule is derived from the manifest anew.

    Exit code 0: the layout keeps every rule. 1: it breaks some, each on standard error. 2: one of the two cannot be read.
    """
    from service.render.figures import figures_table
    from service.render.reports import report_figures
    from solver import verify as verify_layout
    from solver.wire.report import STATEMENT

    if manifest == layout == STDIN:
        raise CommandFailed("manifest and layout cannot both come from standard input", BAD_INPUT)
    faults: list[tuple[str, ManifestError]] = []
    read, placed = _read(read_manifest, manifest, faults), _read(read_layout, layout, faults)
    for source, fault in faults:
        complain(f"{source}:")
        complain_of(fault.problems)
    if read is None or placed is None:
        return BAD_INPUT
    report = verify_layout(read, placed)
    if json:
        from json import dumps

        write_json(dumps(report.to_json(), ensure_ascii=False))
    else:
        out().print(figures_table([*report_figures(report.to_json()), ("", STATEMENT)]))
    if not report.passed:
        complain(f"the layout breaks {len(report.findings)} rules")
    return DONE if report.passed else FAILED


def _read(reader: Callable[[str], _Document], source: str, faults: list[tuple[str, ManifestError]]) -> _Document | None:
    """What `reader` makes of `source`; None, and one more of `faults`, where that is bad."""
    try:
        return reader(source)
    except ManifestError as fault:
        faults.append((source, fault))
        return None
