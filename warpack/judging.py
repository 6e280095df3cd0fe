"""`verify` and `validate`: on this machine, or by the service that WARPACK_URL names."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from warpack.by_service import client_module, service_url

if TYPE_CHECKING:
    from warpack.gpu_runtime.compiler.architectures import Architectures
    from warpack.solver.wire.layout import Layout
    from warpack.solver.wire.manifest import Level, Manifest
    from warpack.solver.wire.report import StaticReport, ValidationReport


def verify(manifest: Manifest, layout: Layout) -> StaticReport:
    """Checks a layout by every rule, derived again from the manifest alone. `passed` says whether it keeps them all.

    With WARPACK_URL in the environment (and WARPACK_KEY, where it wants a key) the verifier of the service there is
    asked, and what that refuses is raised as ApiProblem.
    """
    from warpack.solver import verify as here
    from warpack.solver.wire.given import check_given

    check_given("verify", manifest=manifest, layout=layout)
    if not service_url():
        return here(manifest, layout)
    asking, judging = client_module("asking"), client_module("judging")
    with asking.service_of_environment() as client:
        report: StaticReport = judging.verify(client, manifest, layout)
    return report


def validate(
    manifest: Manifest,
    layout: Layout,
    level: Level,
    *,
    architectures: Architectures = "own",
    cache_folder: Path | None = None,
    time_limit_s: float = 600.0,
) -> ValidationReport:
    """Runs one level alone. `time_limit_s`: for each child process that it starts; running into it is a finding.

    `architectures`: what the level `compiled` compiles for: the manifest's own, `all`, or a list of compute
    capabilities; `cache_folder`: where it keeps compiled kernels, the user's cache folder unless said. Raises
    ValueError for an unknown level or architecture. Faults of the layout, the tools or the machine are findings.

    With WARPACK_URL in the environment (and WARPACK_KEY, where it wants a key) the service there is asked, and what
    that refuses is raised as ApiProblem. It has limits of its own. Above level static it validates only the layouts
    that it makes. So this machine validates any other layout, and whatever is to be compiled for other `architectures`
    or with a `cache_folder`.
    """
    from warpack.gpu_runtime import LEVELS
    from warpack.gpu_runtime import validate as here
    from warpack.solver.wire.given import check_given

    check_given("validate", manifest=manifest, layout=layout)
    if service_url() and level in LEVELS and architectures == "own" and cache_folder is None:
        asking, judging = client_module("asking"), client_module("judging")
        with asking.service_of_environment() as client:
            report: ValidationReport | None = judging.validate(client, manifest, layout, level)
        if report is not None:
            return report
    return here(
        manifest,
        layout,
        level,
        architectures=architectures,
        cache_folder=cache_folder,
        time_limit_s=time_limit_s,
    )
