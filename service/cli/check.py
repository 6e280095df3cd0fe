"""`warpack check`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from warpack.service.cli.exits import BAD_INPUT, DONE
from warpack.service.cli.inputs import MANIFEST_HELP, read_manifest
from warpack.service.cli.options import Quiet, Verbose
from warpack.service.cli.terminal import complain_of, out, write_json
from warpack.service.derived import stretch
from warpack.solver.wire.counts import number_of
from warpack.solver.wire.problems import ManifestError, Problem

if TYPE_CHECKING:
    from warpack.service.manifest_check import Examined

_MOST_DERIVED = 1000
_FEW_DERIVED = 16


def check(
    manifest: Annotated[str, Parameter(help=MANIFEST_HELP)],
    /,
    *,
    json: Annotated[bool, Parameter(negative="", show_default=False, help="Print the findings as JSON.")] = False,
    verbose: Verbose = False,
    quiet: Quiet = False,
) -> int:
    """Say everything that is wrong with a manifest, or how many bytes it needs at least.

    Also shows in which phases buffers with accesses_in are live; --verbose does so for all of them, with the reasons.

    Exit code 0: the manifest keeps every rule; a warning
    tells if no layout can fit the budget. 2: it is bad, and every error is on standard error.
    """
    from warpack.service.manifest_check import examine

    try:
        found = read_manifest(manifest)
    except ManifestError as error:
        if json:
            _print_json({"valid": False, "errors": [_with_place(problem) for problem in error.problems]})
        complain_of(error.problems)
        return BAD_INPUT
    looked = examine(found)
    if json:
        _print_json(looked.to_json())
    else:
        complain_of(looked.warnings, "warning")
        if not quiet:
            _show(looked, _MOST_DERIVED if verbose else _FEW_DERIVED, reasons=verbose or _fits(looked))
    return DONE


def _show(looked: Examined, most: int, *, reasons: bool) -> None:
    console, manifest = out(), looked.manifest
    if manifest.of_pool:
        console.print(f"valid: a pool of {number_of(len(manifest.buffers), 'buffer')}")
    else:
        _show_block(looked)
    for region, what in (("run", "run bytes"), ("block", "block-scoped"), ("pool", "pool bytes")):
        bound = looked.bounds.get(region)
        if bound is not None and bound.size_bytes:
            where = "" if bound.phase is None else f", in phase {looked.phase_names[bound.phase]}"
            console.print(f"{what:<13} no layout has fewer than {bound.size_bytes} ({bound.kind}{where})")
    if manifest.grows:
        console.print("sizes follow the block: these are the bounds of a block of one thread")
    for one in looked.derived[:most]:
        needed = ", ".join(stretch(looked.phase_names, start, end) for start, end in one.phases) or "no phase"
        console.print(f"{one.name}: needed in {needed}")
        for because in one.because if reasons else ():
            where = stretch(looked.phase_names, because.start, because.end)
            console.print(f"  {where}: {because.text}")
    if len(looked.derived) > most:
        console.print(f"and {len(looked.derived) - most} more with accesses_in (--verbose lists them)")


def _fits(looked: Examined) -> bool:
    """Whether the reasons have room on a screen."""
    return sum(1 + len(one.because) for one in looked.derived) <= 2 * _FEW_DERIVED


def _show_block(looked: Examined) -> None:
    from warpack.solver.launch import budget_bytes
    from warpack.solver.launch.region import on_chip_buffers

    manifest = looked.manifest
    out().print(
        f"{'valid' if looked.fits else 'valid, but no layout can fit'}: {number_of(len(manifest.buffers), 'buffer')}, {len(tuple(on_chip_buffers(manifest)))} of them in shared memory, "
        f"for compute capability {manifest.target.compute_capability} with a budget of {budget_bytes(manifest)} bytes"
    )


def _with_place(problem: Problem) -> dict[str, Any]:
    place = problem.place
    return problem.to_json() | (
        {} if place is None or place.line is None else {"line": place.line, "column": place.column}
    )


def _print_json(document: object) -> None:
    from json import dumps

    write_json(dumps(document, ensure_ascii=False))
