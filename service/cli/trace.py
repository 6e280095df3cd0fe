"""`warpack trace`."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from warpack.service.cli.exits import BAD_INPUT, DONE, FAILED, CommandFailed
from warpack.service.cli.inputs import STDIN
from warpack.service.cli.terminal import complain, note, out

if TYPE_CHECKING:
    from warpack.gpu_runtime.trace.summary.model import Summary
    from warpack.gpu_runtime.trace.timeline.timeline import Timeline
    from warpack.solver.wire.manifest import Manifest


def trace(
    script: Annotated[str, Parameter(help="Your script, as for python: it launches the kernels.")],
    /,
    *arguments: Annotated[
        str, Parameter(help="Arguments of the script; after -- all of them.", allow_leading_hyphen=True)
    ],
    kernel: Annotated[list[str] | None, Parameter(help="Only this kernel; may be given several times.")] = None,
    merge: Annotated[
        list[Path] | None, Parameter(help="A KERNEL.trace.json of another run, taken together with this one.")
    ] = None,
    run_scope: Annotated[
        list[str] | None, Parameter(help="This shared array has a row for each run, not one copy for the block.")
    ] = None,
    output: Annotated[
        Path, Parameter(name=["--output", "-o"], help="Folder for KERNEL.manifest.json and KERNEL.trace.json.")
    ] = Path(),
    compute_capability: Annotated[str, Parameter(help="The architecture that the manifests are for.")] = "8.6",
) -> int:
    """Run a script with numba-cuda kernels in numba's simulator, and write manifests from what the kernels do.

    Nothing in the kernels needs a mark, and no GPU is needed. Keep the inputs small: an access costs some microseconds.
    Exit code 0: traced. 1: the script failed, or a kernel has a race. 2: what was given is bad.
    """
    from warpack.gpu_runtime.trace.errors import TraceError
    from warpack.gpu_runtime.trace.script import ScriptError, record_script

    if not Path(script).is_file():
        raise CommandFailed(f"there is no script {script}", BAD_INPUT)
    given = ["-" if argument == STDIN else argument for argument in arguments]
    others = _others(merge or [], script)
    try:
        recorded = record_script(script, given)
    except ScriptError as error:
        _complain_of_races(error.summaries)
        raise CommandFailed(str(error)) from None
    except TraceError as error:
        raise CommandFailed(str(error)) from None
    chosen = _chosen(recorded, kernel, script)
    _know(run_scope or [], chosen.values())
    racing = False
    for number, (name, summary) in enumerate(chosen.items()):
        if number:
            out().print()
        racing |= _traced(name, _with_others(summary, others), run_scope or [], compute_capability, output)
    return FAILED if racing else DONE


def _others(paths: list[Path], script: str) -> list[Summary]:
    from json import JSONDecodeError, loads

    from warpack.gpu_runtime.trace.errors import TraceError
    from warpack.gpu_runtime.trace.summary.text import from_json

    found = []
    for path in paths:
        try:
            found.append(from_json(loads(path.read_text(encoding="utf-8")), str(Path(script).absolute().parent)))
        except (OSError, UnicodeDecodeError, JSONDecodeError) as error:
            raise CommandFailed(f"cannot read the trace {path}: {error}", BAD_INPUT) from None
        except TraceError as error:
            raise CommandFailed(f"{path}: {error}", BAD_INPUT) from None
    return found


def _chosen(recorded: list[Summary], wanted: list[str] | None, script: str) -> dict[str, Summary]:
    """By a name that is a file's: kernels made by one function, for several sizes, are told apart by numbers."""
    if not recorded:
        raise CommandFailed(f"{script} launched no kernel", FAILED)
    for name in wanted or ():
        if name not in (names := [summary.kernel for summary in recorded]):
            raise CommandFailed(f"{script} launched no kernel {name!r}: it launched {', '.join(names)}", BAD_INPUT)
    found: dict[str, Summary] = {}
    for summary in recorded:
        if not wanted or summary.kernel in wanted:
            name, number = summary.kernel, 2
            while name in found:
                name, number = f"{summary.kernel}_{number}", number + 1
            found[name] = summary
    return found


def _know(names: list[str], summaries: Iterable[Summary]) -> None:
    """Each name is that of an array of some kernel."""
    known = {array.site.name for summary in summaries for array in summary.arrays}
    for name in names:
        if name not in known:
            raise CommandFailed(
                f"--run-scope {name}: there is no such array, there are {', '.join(sorted(known)) or 'none'}", BAD_INPUT
            )


def _with_others(summary: Summary, others: list[Summary]) -> Summary:
    from warpack.gpu_runtime.trace.errors import TraceError
    from warpack.gpu_runtime.trace.summary.merging import merged

    for other in others:
        if other.kernel == summary.kernel:
            try:
                summary = merged(summary, other)
            except TraceError as error:
                raise CommandFailed(str(error), BAD_INPUT) from None
    return summary


def _traced(name: str, summary: Summary, run_scope: list[str], compute_capability: str, folder: Path) -> bool:
    """Writes and shows one kernel; whether it has a race."""
    from warpack.gpu_runtime.trace.errors import TraceError
    from warpack.gpu_runtime.trace.manifest import manifest_of
    from warpack.gpu_runtime.trace.timeline.timeline import timeline_of
    from warpack.solver import load_manifest

    named = {array.site.name for array in summary.arrays}
    try:
        timeline = timeline_of(summary, [one for one in run_scope if one in named])
    except TraceError as error:
        raise CommandFailed(str(error), BAD_INPUT) from None
    document = manifest_of(summary, timeline, compute_capability) if timeline.packed else None
    manifest = None if document is None else load_manifest(document)
    _write(name, document, summary, timeline, folder)
    _show(summary, timeline)
    if manifest is not None:
        _show_saved(manifest)
    return _complain_of_races([summary])


def _complain_of_races(summaries: list[Summary]) -> bool:
    """Says them on standard error; whether there are any."""
    from warpack.gpu_runtime.trace.report import races

    found = [race for summary in summaries for race in races(summary)]
    for race in found:
        complain(race)
    return bool(found)


def _write(name: str, document: dict[str, object] | None, summary: Summary, timeline: Timeline, folder: Path) -> None:
    import os
    from json import dumps

    from warpack.gpu_runtime.trace.report import phases_json
    from warpack.gpu_runtime.trace.summary.text import to_json

    folder.mkdir(parents=True, exist_ok=True)
    traced = to_json(summary, os.path.dirname(summary.file)) | {"phases": phases_json(timeline)}
    files = {f"{name}.trace.json": dumps(traced)}
    if document is not None:
        files[f"{name}.manifest.json"] = dumps(document, indent=2)
    for file, text in files.items():
        (folder / file).write_text(text + "\n", encoding="utf-8")
    note(f"Wrote {' and '.join(sorted(files))} to {folder}.")


def _show(summary: Summary, timeline: Timeline) -> None:
    from warpack.gpu_runtime.trace.report import buffer_rows, findings, phase_rows
    from warpack.service.render.text import plain
    from warpack.service.render.traced import phase_table, traced_buffer_table

    console = out()
    blocks = "1 block" if summary.blocks == 1 else f"{summary.blocks} blocks"
    console.print(f"{summary.kernel}: {blocks} of {summary.block_threads} threads traced")
    console.print()
    if not summary.arrays:
        console.print("It has no work arrays: there is nothing to pack.")
        return
    console.print(phase_table(phase_rows(timeline)))
    console.print()
    console.print(traced_buffer_table(buffer_rows(summary, timeline)))
    console.print()
    for finding in findings(summary, timeline):
        console.print(plain(finding))


def _show_saved(manifest: Manifest) -> None:
    """What a layout of the manifest would save, and which barrier more would save something."""
    from warpack.service.cli.interruptible import optimize_interruptibly
    from warpack.service.cli.searching import searching
    from warpack.service.render.figures import figures_table
    from warpack.service.render.summary import summary as figures
    from warpack.service.render.text import plain

    with searching("static") as optimize:
        layout, _ = optimize_interruptibly(manifest, optimize)
    console = out()
    console.print(figures_table(figures(manifest, layout)))
    for warning in layout.warnings:
        console.print(plain(warning.message))
