"""`warpack doctor`."""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter
from rich.text import Text

from warpack.service.cli.doctor_findings import Finding
from warpack.service.cli.exits import DONE, FAILED
from warpack.service.cli.options import Verbose
from warpack.service.cli.settings import Config, Setting
from warpack.service.cli.terminal import out, write_json
from warpack.service.render.columns import Column, Columns
from warpack.service.render.text import plain

_STYLES = {"ok": "green", "missing": "red", "absent": "yellow"}


def doctor(
    *,
    json: Annotated[bool, Parameter(negative="", show_default=False, help="Print the findings as JSON.")] = False,
    gpu: Annotated[
        bool, Parameter(negative="", show_default=False, help="Look only at what `warpack worker --gpu` needs.")
    ] = False,
    config: Config = None,
    verbose: Verbose = False,
) -> int:
    """Say what is installed here, what is missing, and what that means.

    --verbose also says what each thing is needed for, and lists the settings of a service with their sources; without
    it come those settings that are not at their defaults.

    Exit code 0: manifests can be solved here, and their layouts compiled and simulated. 1: something that this needs is
    missing. With --gpu, the exit code says whether this machine can run layouts on its GPU.
    """
    from warpack.service.cli import doctor_checks, doctor_settings

    findings = doctor_checks.examine_gpu_worker() if gpu else doctor_checks.examine()
    settings, wrong = doctor_settings.examine(config)
    findings += wrong
    works = all(finding.state != "missing" for finding in findings)
    if json:
        from dataclasses import asdict
        from json import dumps

        told = {
            "works": works,
            "findings": [asdict(finding) for finding in findings],
            "settings": [asdict(setting) for setting in settings],
        }
        write_json(dumps(told, ensure_ascii=False))
        return DONE if works else FAILED
    console = out()
    console.print(_of_findings(findings, verbose=verbose))
    console.print()
    shown = [setting for setting in settings if verbose or setting.source != "default"]
    if shown:
        console.print(_of_settings(shown))
        console.print()
    if len(shown) < len(settings):
        console.print(f"Settings of a service at their defaults: {len(settings) - len(shown)} (--verbose lists them)")
    console.print(_summary(works, gpu))
    return DONE if works else FAILED


def _of_findings(findings: list[Finding], *, verbose: bool) -> Columns:
    """Of what is well, the rest is told on request."""
    columns = [Column("what", head=True), Column("state"), Column("found")]
    rows = []
    for finding in findings:
        said = [finding.found if verbose else finding.found.partition(", found via")[0]]
        if verbose or finding.state != "ok":
            said += [f"Needed for: {finding.meaning}", f"To do: {finding.remedy}" if finding.remedy else ""]
        text = "\n".join(plain(one) for one in said if one)
        rows.append((finding.name, Text(finding.state, style=_STYLES[finding.state]), text))
    return Columns(columns, rows)


def _of_settings(settings: list[Setting]) -> Columns:
    columns = [Column("setting", head=True), Column("value"), Column("comes from"), Column("meaning")]
    return Columns(columns, ((one.name, plain(one.value), plain(one.source), one.meaning) for one in settings))


def _summary(works: bool, gpu: bool) -> str:
    if gpu:
        return "`warpack worker --gpu` can start here." if works else "`warpack worker --gpu` cannot start here yet."
    if works:
        return "Everything that the main job needs is here."
    return "Something is missing. To install everything: pip install 'warpack[gpu]'"
