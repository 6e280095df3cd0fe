"""`warpack verify`."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, TypeVar

from cyclopts import Parameter

from warpack.service.cli.exits import BAD_INPUT, DONE, FAILED, CommandFailed
from warpack.service.cli.inputs import MANIFEST_HELP, STDIN, checked_time_limit, read_layout, read_manifest
from warpack.service.cli.options import Quiet
from warpack.service.cli.terminal import be_quiet, complain, complain_of, out, write_json
from warpack.solver.wire.problems import ManifestError

if TYPE_CHECKING:
    from warpack.solver.verifier.proving import Trial
    from warpack.solver.wire.layout import Layout
    from warpack.solver.wire.manifest import Manifest

_Document = TypeVar("_Document")


def verify(
    manifest: Annotated[str, Parameter(help=MANIFEST_HELP)],
    layout: Annotated[str, Parameter(help="File of the layout (JSON); - is standard input.")],
    /,
    *,
    prove: Annotated[
        bool,
        Parameter(
            negative="",
            show_default=False,
            help="Check bounds that rest on a search by a second, independent model: confirmed, refuted or open.",
        ),
    ] = False,
    time_limit: Annotated[
        float | None, Parameter(help="With --prove: seconds for each bound (60).", show_default=False)
    ] = None,
    json: Annotated[bool, Parameter(negative="", show_default=False, help="Print the report as JSON.")] = False,
    quiet: Quiet = False,
) -> int:
    """Check a layout against its manifest. Every rule is derived from the manifest anew.

    Bounds whose proof names buffers are checked. Bounds that rest on a search are reported as "by search", and --prove
    checks them.

    Exit code 0: the layout keeps every rule. 1: it breaks some, or a bound is refuted; each is on standard
    error. 2: one of the two files cannot be read.
    """
    from warpack.service.render.figures import figures_table
    from warpack.service.render.proofs import trial_figures, wish_name
    from warpack.service.render.reports import report_figures
    from warpack.solver import verify as verify_layout
    from warpack.solver.wire.report import STATEMENT

    be_quiet(quiet)
    if manifest == layout == STDIN:
        raise CommandFailed("manifest and layout cannot both come from standard input", BAD_INPUT)
    if time_limit is not None and not prove:
        raise CommandFailed("--time-limit needs --prove", BAD_INPUT)
    if time_limit is not None:
        checked_time_limit(time_limit)
    faults: list[tuple[str, ManifestError]] = []
    read, placed = _read(read_manifest, manifest, faults), _read(read_layout, layout, faults)
    if len(faults) == 2 and all(_is_other(fault) for _, fault in faults):
        raise CommandFailed(
            f"the two are swapped: {manifest} is a layout, and {layout} a manifest. The manifest comes first", BAD_INPUT
        )
    for source, fault in faults:
        complain(f"{source or repr(source)}:")
        complain_of(fault.problems)
    if read is None or placed is None:
        return BAD_INPUT
    report = verify_layout(read, placed)
    trials = _tried(read, placed, time_limit) if prove and report.passed else ()
    if json:
        from dataclasses import asdict
        from json import dumps

        document = report.to_json() | ({"trials": [asdict(trial) for trial in trials]} if prove else {})
        write_json(dumps(document, ensure_ascii=False))
    elif not quiet:
        told = [*report_figures(report.to_json()), *trial_figures(trials)]
        if report.by_search and not prove:
            told.append(("", "--prove checks what was proven by search with a second, independent model"))
        elif prove and report.passed and not trials:
            told.append(("proofs", "no bound rests on a search"))
        out().print(figures_table([*told, ("", STATEMENT)]))
    refuted = [wish_name(trial.what) for trial in trials if trial.verdict == "refuted"]
    if refuted:
        complain(f"the second model refutes the bound of {', '.join(refuted)}")
    if not report.passed:
        complain(f"the layout breaks {len(report.findings)} rules")
    return DONE if report.passed and not refuted else FAILED


def _tried(manifest: Manifest, layout: Layout, time_limit_s: float | None) -> tuple[Trial, ...]:
    from warpack.service.cli.progress import showing
    from warpack.solver.verifier.proving import DEFAULT_LIMIT_S, prove

    with showing(lambda: "checking bounds with a second model"):
        return prove(manifest, layout, limit_s=DEFAULT_LIMIT_S if time_limit_s is None else time_limit_s)


def _is_other(fault: ManifestError) -> bool:
    """Whether it is a layout in the place of a manifest, or the reverse."""
    return fault.problems[-1].type == "other-document"


def _read(reader: Callable[[str], _Document], source: str, faults: list[tuple[str, ManifestError]]) -> _Document | None:
    """What `reader` reads from `source`. If it is bad, None, and its error is added to `faults`."""
    try:
        return reader(source)
    except ManifestError as fault:
        faults.append((source, fault))
        return None
