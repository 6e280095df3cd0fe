"""`warpack solve`."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter

from warpack.service.builds.project import Level
from warpack.service.cli.exits import BAD_INPUT, DONE, FAILED, INFEASIBLE, CommandFailed
from warpack.service.cli.inputs import MANIFEST_HELP, checked_time_limit, read_manifest
from warpack.service.cli.options import Quiet, Verbose
from warpack.service.cli.outputs import need_file, need_folder
from warpack.service.cli.shown import show_layout
from warpack.service.cli.terminal import be_quiet, complain, detail, note, out, write_json

FILES = ("allocators.py", "allocators.cuh")
"""What the emitters write, named here so that a command line is read without importing them."""

if TYPE_CHECKING:
    from warpack.solver.wire.layout import Layout
    from warpack.solver.wire.manifest import Manifest


def solve(
    manifest: Annotated[str, Parameter(help=MANIFEST_HELP)],
    /,
    *,
    json: Annotated[bool, Parameter(negative="", show_default=False, help="Print the layout alone, as JSON.")] = False,
    svg: Annotated[Path | None, Parameter(help="Write a picture of the layout to this file.")] = None,
    emit: Annotated[
        Path | None,
        Parameter(help=f"Write {', '.join(FILES)}, layout.json and manifest.json into this folder."),
    ] = None,
    checked: Annotated[
        bool, Parameter(negative="", show_default=False, help="With --emit: write allocators_checked.py too.")
    ] = False,
    validate: Annotated[
        Level, Parameter(help="The level that must pass: static rules, or up to compiling, simulating, a GPU.")
    ] = "static",
    architectures: Annotated[
        Literal["own", "all"],
        Parameter(help="What level compiled compiles for: the manifest's own architecture, or all."),
    ] = "own",
    explain: Annotated[
        bool, Parameter(negative="", show_default=False, help="Show what each strategy found and proved.")
    ] = False,
    time_limit: Annotated[float | None, Parameter(help="Seconds to search, in place of the manifest's.")] = None,
    fresh: Annotated[
        bool,
        Parameter(
            negative="", show_default=False, help="With --validate: run every level, also where it passed before."
        ),
    ] = False,
    verbose: Verbose = False,
    quiet: Quiet = False,
) -> int:
    """Pack the buffers of a manifest and show the layout.

    Shows one screen: the largest buffers, a picture of the bytes over the phases, the figures with what is proven, and
    what more threads would need. --verbose shows all buffers, all figures and all reports.

    A level that passed before for the same layout, by the same versions, does not run again; the answer says so, with
    the date. Ctrl-C ends the search with the best layout so far. If WARPACK_URL is in the environment (and
    WARPACK_KEY), the service there solves and validates.

    Exit code 0: solved. 1: a validation failed. 2: the manifest is bad, and every error is on standard error. 3:
    infeasible.
    """
    from warpack.service.cli.interruptible import optimize_interruptibly
    from warpack.service.cli.searching import searching

    be_quiet(quiet)
    if explain and json:
        raise CommandFailed("--explain prints a table; with --json it is run_info.search of the layout", BAD_INPUT)
    if checked and emit is None:
        raise CommandFailed("--checked needs --emit DIR", BAD_INPUT)
    if architectures == "all" and validate == "static":
        raise CommandFailed(
            "--architectures all needs --validate compiled or above: static compiles nothing", BAD_INPUT
        )
    if emit is not None:
        need_folder(emit, (*FILES, "allocators_checked.py", "layout.json", "manifest.json"))
    if svg is not None:
        need_file(svg)
    problem = _with_time_limit(read_manifest(manifest), time_limit)
    with searching(validate) as search:
        layout, interrupted = optimize_interruptibly(problem, search.optimize, search.doing)
    if interrupted:
        note(f"Interrupted: the best layout so far, {layout.status}.")
    by_service = layout.validation.level != "none" and architectures == "own"
    if layout.status != "infeasible" and not by_service:
        layout = _validated(problem, layout, validate, architectures, fresh=fresh)
    if svg is not None:
        _write_svg(problem, layout, svg)
    if json:
        write_json(layout.model_dump_json())
    elif not quiet:
        show_layout(problem, layout, verbose=verbose)
        if explain:
            _explain(layout)
    code = _verdict(layout)
    if emit is not None and code == DONE:
        _emit(problem, layout, emit)
        if checked:
            _emit_checked(problem, layout, emit)
    elif emit is not None:
        note(f"Wrote nothing to {emit}.")
    return code


def _with_time_limit(manifest: Manifest, time_limit_s: float | None) -> Manifest:
    if time_limit_s is None:
        return manifest
    return replace(manifest, solver=replace(manifest.solver, time_limit_s=checked_time_limit(time_limit_s)))


def _validated(
    manifest: Manifest, layout: Layout, level: Level, architectures: Literal["own", "all"], *, fresh: bool
) -> Layout:
    from warpack.gpu_runtime.validation import validate_up_to
    from warpack.service.cli.progress import showing

    if level == "static":
        with showing(lambda: "validating: level static"):
            return layout.with_validation(validate_up_to(manifest, layout, level))
    from warpack.gpu_runtime.compiler.cache import default_cache_folder
    from warpack.service.cli.kept_reports import KeptReports

    now = ["static"]
    kept = KeptReports(default_cache_folder(), manifest, layout, architectures=architectures, fresh=fresh)
    with showing(lambda: f"validating: level {now[0]}"):
        found = validate_up_to(
            manifest,
            layout,
            level,
            architectures=architectures,
            kept=kept,
            on_level=lambda begun: now.__setitem__(0, begun),
        )
    return layout.with_validation(found)


def _verdict(layout: Layout) -> int:
    """The exit code. A failure is told on standard error."""
    if layout.status == "infeasible":
        return INFEASIBLE
    failed = [report for report in layout.validation.reports if not report["passed"]]
    for report in failed:
        complain(f"the layout did not pass level {report['level']}:")
        for finding in report["findings"]:
            detail(f"  {finding['rule']}: {finding['message']}")
    return FAILED if failed else DONE


def _explain(layout: Layout) -> None:
    from warpack.service.render.accounts import accounts_table

    out().print()
    out().print(accounts_table(layout.run_info.search))


def _write_svg(manifest: Manifest, layout: Layout, path: Path) -> None:
    from warpack.service.render.draw.views import draw

    path.write_text(draw(manifest, layout), encoding="utf-8")
    note(f"Wrote {path}.")


def _emit(manifest: Manifest, layout: Layout, folder: Path) -> None:
    from warpack.gpu_runtime.emitters import EmitError, emit_files

    try:
        files = emit_files(layout, manifest)
    except EmitError as error:
        raise CommandFailed(f"no allocators can be written for this layout: {error}") from None
    files |= {"layout.json": layout.model_dump_json() + "\n", "manifest.json": manifest.model_dump_json() + "\n"}
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name).write_text(content, encoding="utf-8")
    *most, last = files
    note(f"Wrote {', '.join(most)} and {last} to {folder}.")


def _emit_checked(manifest: Manifest, layout: Layout, folder: Path) -> None:
    from warpack.gpu_runtime.checked import emit_checked
    from warpack.gpu_runtime.emitters import EmitError

    try:
        text = emit_checked(layout, manifest)
    except EmitError as error:
        raise CommandFailed(f"no checked allocators can be written for this layout: {error}") from None
    (folder / "allocators_checked.py").write_text(text, encoding="utf-8")
    note(f"Wrote allocators_checked.py to {folder}.")
