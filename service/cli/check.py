"""`warpack check`."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from service.cli.exits import BAD_INPUT, DONE
from service.cli.inputs import read_manifest
from service.cli.terminal import complain_of, out, write_json
from solver.wire.problems import ManifestError, Problem

if TYPE_CHECKING:
    from solver.search.bound import LowerBound
    from solver.wire.manifest import Manifest


def check(
    manifest: Annotated[str, Parameter(help="File of the manifest (JSON); - is standard input.")],
    /,
    *,
    json: Annotated[bool, Parameter(negative="", show_default=False, help="Print the findings as JSON.")] = False,
) -> int:
    """Say everything that is wrong with a manifest, or what bytes it needs at the least.

    Exit code 0: it can be solved. 2: it is bad, every error on standard error.
    """
    try:
        found = read_manifest(manifest)
    except ManifestError as error:
        if json:
            _print_json({"valid": False, "errors": [problem.to_json() for problem in error.problems]})
        complain_of(error.problems)
        return BAD_INPUT
    warnings, bounds = _examine(found)
    if json:
        bounds_json = {region: asdict(bound) for region, bound in bounds.items()}
        _print_json(
            {
                "valid": True,
                "manifest_sha256": found.sha256,
                "warnings": [warning.to_json() for warning in warnings],
                "lower_bound": bounds_json,
            }
        )
    else:
        complain_of(warnings, "warning")
        _show(found, bounds)
    return DONE


def _examine(manifest: Manifest) -> tuple[list[Problem], dict[str, LowerBound]]:
    """Warnings of reading and of flattening, and the bytes that no layout can beat in each region."""
    from solver.flatten import flatten
    from solver.search.bound import lower_bound

    flat = flatten(manifest)
    warnings = list(dict.fromkeys((*manifest.warnings, *flat.warnings)))
    return warnings, {"run": lower_bound(flat.run), "block": lower_bound(flat.block)}


def _show(manifest: Manifest, bounds: dict[str, LowerBound]) -> None:
    from solver.launch import budget_bytes
    from solver.launch.region import on_chip_buffers

    console = out()
    console.print(
        f"valid: {len(manifest.buffers)} buffers, {len(tuple(on_chip_buffers(manifest)))} of them in shared memory, "
        f"for compute capability {manifest.target.compute_capability} with a budget of {budget_bytes(manifest)} bytes"
    )
    for region, what in (("run", "run bytes"), ("block", "block region")):
        bound = bounds[region]
        if bound.size_bytes:
            where = "" if bound.phase is None else f", in phase {bound.phase}"
            console.print(f"{what:<13} no layout has fewer than {bound.size_bytes} ({bound.kind}{where})")


def _print_json(document: object) -> None:
    from json import dumps

    write_json(dumps(document, ensure_ascii=False))
