"""`warpack build`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from warpack.service.builds.project import Level
from warpack.service.cli.exits import BAD_INPUT, DONE, INFEASIBLE, CommandFailed
from warpack.service.cli.inputs import MANIFEST_HELP, read_manifest
from warpack.service.cli.outputs import need_folder
from warpack.service.cli.terminal import note, write_text

CMAKE = Path(__file__).parent / "cmake"
"""The folder of WarpackConfig.cmake."""


def build(
    manifest: Annotated[str | None, Parameter(help=MANIFEST_HELP)] = None,
    /,
    *,
    output: Annotated[
        Path | None,
        Parameter(name=["--output", "-o"], help="The folder to write to; with --project the root of its packages."),
    ] = None,
    validate: Annotated[Level, Parameter(help="The level that must pass.")] = "static",
    project: Annotated[
        Path | None,
        Parameter(help="A pyproject.toml: makes every layout that its [[tool.warpack.layouts]] name."),
    ] = None,
    cmake_dir: Annotated[
        bool, Parameter(negative="", show_default=False, help="Print the folder of WarpackConfig.cmake.")
    ] = False,
) -> int:
    """Make the allocators of a manifest as a step of a build.

    Files that have their text already are left alone, so that what depends on them is not built again. Exit code 0:
    made. 1: a validation failed. 2: the manifest or the pyproject.toml is bad. 3: infeasible. Nothing is written unless
    it is 0.

    Example: warpack build kernel.yaml -o generated
    """
    given = [manifest is not None, project is not None, cmake_dir].count(True)
    if given != 1:
        several = "it is one or the other: " if given else ""
        raise CommandFailed(f"{several}give a MANIFEST, or --project FILE, or --cmake-dir", BAD_INPUT)
    if cmake_dir:
        write_text(f"{CMAKE}\n")
        return DONE
    if output is None:
        raise CommandFailed("--output DIR is missing", BAD_INPUT)
    need_folder(output)
    if project is not None:
        return _project(project, output)
    assert manifest is not None  # noqa: S101  (for mypy: one of the three is given)
    _one(manifest, output, validate)
    return DONE


def _project(project: Path, root: Path) -> int:
    """The layouts one after another, up to the first that fails."""
    from warpack.service.builds import ProjectError, layouts_of

    try:
        orders = layouts_of(project)
    except ProjectError as error:
        raise CommandFailed(str(error), BAD_INPUT) from None
    except OSError as error:
        raise CommandFailed(f"cannot read {project}: {error.strerror or error}", BAD_INPUT) from None
    if not orders:
        raise CommandFailed(f"{project} has no [[tool.warpack.layouts]]", BAD_INPUT)
    for order in orders:
        _one(str(project.parent / order.manifest), root.joinpath(*order.package.split(".")), order.validate)
    return DONE


def _one(source: str, folder: Path, level: Level) -> None:
    from warpack.gpu_runtime.emitters import EmitError, emit_files
    from warpack.gpu_runtime.validation import validate_up_to
    from warpack.service.builds import write_changed
    from warpack.service.cli.searching import searching
    from warpack.service.render.summary import summary

    problem = read_manifest(source)
    if problem.of_pool:
        raise CommandFailed(f"{source}: a pool has no allocators: warpack solve --emit writes its offsets", BAD_INPUT)
    with searching(level) as search:
        layout = search.optimize(problem)
    if layout.status == "infeasible":
        ((_, why),) = summary(problem, layout)
        raise CommandFailed(f"{source}: infeasible: {why}", INFEASIBLE)
    if layout.validation.level == "none":
        layout = layout.with_validation(validate_up_to(problem, layout, level))
    for report in layout.validation.reports:
        if not report["passed"]:
            findings = "".join(f"\n  {one['rule']}: {one['message']}" for one in report["findings"])
            raise CommandFailed(f"{source}: the layout did not pass level {report['level']}{findings}")
    try:
        files = emit_files(layout, problem)
    except EmitError as error:
        raise CommandFailed(f"{source}: no allocators can be written for this layout: {error}") from None
    written = write_changed(folder, files)
    note(f"{source}: {layout.status}, validated: {layout.validation.level}; {_told(written, folder)}.")


def _told(written: list[str], folder: Path) -> str:
    return f"wrote {', '.join(written)} to {folder}" if written else f"nothing changed in {folder}"
