"""`warpack trace`."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from warpack.service.cli.exits import BAD_INPUT, DONE, FAILED, CommandFailed
from warpack.service.cli.inputs import STDIN, checked_architecture
from warpack.service.cli.options import Quiet, Verbose
from warpack.service.cli.outputs import need_folder
from warpack.service.cli.terminal import be_quiet, complain, out

if TYPE_CHECKING:
    from warpack.gpu_runtime.trace.summary.model import Summary
    from warpack.service.cli.traced import Traced


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
    against: Annotated[
        Path | None, Parameter(help="Write nothing; say what the kernel does that this manifest or layout rules out.")
    ] = None,
    output: Annotated[
        Path, Parameter(name=["--output", "-o"], help="Folder for KERNEL.manifest.json and KERNEL.trace.json.")
    ] = Path(),
    proved: Annotated[
        bool,
        Parameter(negative="", show_default=False, help="Buffers share only where the source proves that they may."),
    ] = False,
    longer: Annotated[
        str | None, Parameter(help="Arguments of the script for the proof, in place of ARGS: more steps, more runs.")
    ] = None,
    prove: Annotated[bool, Parameter(help="Run the script again on the layout of its manifest, and compare.")] = True,
    compute_capability: Annotated[
        str, Parameter(name=["--arch", "--compute-capability"], help="The architecture that the manifests are for.")
    ] = "8.6",
    verbose: Verbose = False,
    quiet: Quiet = False,
) -> int:
    """Run a script with numba-cuda kernels in numba's simulator, and write manifests from what the kernels do.

    Nothing in the kernels needs a mark, and no GPU is needed. Keep the inputs small: an access costs some microseconds.
    Then each manifest is solved, and the script runs again with its arrays in the bytes of the layouts, over two kinds
    of poison.

    Exit code 0: traced, and the same results. 1: the script failed, a kernel has a race, or results differ.
    2: what was given is bad, or the kernel does not keep to what --against names.
    """
    from shlex import split

    from warpack.gpu_runtime.trace.errors import TraceError
    from warpack.gpu_runtime.trace.script import ScriptError, record_script
    from warpack.service.cli.traced import show, write

    be_quiet(quiet)
    if not Path(script).is_file():
        raise CommandFailed(f"there is no script {script}", BAD_INPUT)
    if against is not None and not against.is_file():
        raise CommandFailed(f"cannot read {against}: there is no such file", BAD_INPUT)
    try:
        with Path(script).open("rb"):
            pass
    except OSError as error:
        raise CommandFailed(f"cannot read {script}: {error.strerror or error}", BAD_INPUT) from None
    checked_architecture(compute_capability)
    if against is None:
        need_folder(output)
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
    if against is not None:
        from warpack.service.cli.against import against as held_against

        return held_against(against, {name: _with_others(one, others) for name, one in chosen.items()}, script, given)
    traced = [
        _traced(name, _with_others(summary, others), run_scope or [], compute_capability, proved)
        for name, summary in chosen.items()
    ]
    if prove:
        _prove(script, given if longer is None else split(longer), traced)
    for number, one in enumerate(traced):
        if number and not quiet:
            out().print()
        if not quiet:
            show(one, verbose=verbose)
        write(one, output)
    racing = _complain_of_races([one.summary for one in traced])
    return FAILED if racing or any(one.trial is not None and not one.trial.passed for one in traced) else DONE


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


def _traced(name: str, summary: Summary, run_scope: list[str], compute_capability: str, proved: bool) -> Traced:
    """Its manifest, and a layout of that. `proved`: what was only observed is not enough to share bytes."""
    from warpack.gpu_runtime.trace.errors import TraceError
    from warpack.gpu_runtime.trace.judging import judged
    from warpack.gpu_runtime.trace.manifest import manifest_of
    from warpack.gpu_runtime.trace.timeline.timeline import timeline_of
    from warpack.gpu_runtime.trace.verdicts import kept_apart
    from warpack.service.cli.interruptible import optimize_interruptibly
    from warpack.service.cli.searching import searching
    from warpack.service.cli.traced import Traced
    from warpack.solver import load_manifest
    from warpack.solver.verifier.story import derive

    named = {array.site.name for array in summary.arrays}
    try:
        timeline = timeline_of(summary, [one for one in run_scope if one in named])
    except TraceError as error:
        raise CommandFailed(str(error), BAD_INPUT) from None
    verdicts = judged(summary, timeline)
    if not timeline.packed:
        return Traced(name, summary, timeline, verdicts)
    story = derive(load_manifest(manifest_of(summary, timeline, compute_capability)))
    pieces = {piece.buffer: piece for piece in story.pieces}
    could_share = [
        pair
        for pair in kept_apart(verdicts, proved)
        if all(site.name in pieces for site in pair)
        and not story.conflicts(*(pieces[site.name] for site in sorted(pair, key=lambda site: site.path)))
    ]
    document = manifest_of(summary, timeline, compute_capability, could_share)
    manifest = load_manifest(document)
    with searching("static") as search:
        layout, _ = optimize_interruptibly(manifest, search.optimize, search.doing)
    return Traced(name, summary, timeline, verdicts, document=document, manifest=manifest, layout=layout)


def _prove(script: str, arguments: list[str], traced: list[Traced]) -> None:
    """Adds the trials. A kernel that the longer run does not launch has none."""
    from warpack.gpu_runtime.trace.errors import TraceError
    from warpack.gpu_runtime.trace.proof.placement import placement_of
    from warpack.gpu_runtime.trace.proof.proving import prove

    placements = [
        placement_of(one.name, one.summary, one.timeline, one.layout)
        for one in traced
        if one.layout is not None and one.layout.launch is not None
    ]
    if not placements:
        return
    try:
        trials = prove(script, arguments, placements)
    except TraceError as error:
        raise CommandFailed(f"the proof could not be run: {error}") from None
    for one in traced:
        one.trial = trials.get(one.name)


def _complain_of_races(summaries: list[Summary]) -> bool:
    """Says them on standard error; whether there are any."""
    from warpack.gpu_runtime.trace.report import races

    found = [race for summary in summaries for race in races(summary)]
    for race in found:
        complain(race)
    return bool(found)
