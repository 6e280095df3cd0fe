"""`warpack doctor`."""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter
from rich.table import Table
from rich.text import Text

from warpack.service.cli.exits import DONE, FAILED
from warpack.service.cli.settings import Config, Setting
from warpack.service.cli.terminal import out, write_json

_STYLES = {"ok": "green", "missing": "red", "absent": "yellow"}


def doctor(
    *,
    json: Annotated[bool, Parameter(negative="", show_default=False, help="Print the findings as JSON.")] = False,
    gpu: Annotated[
        bool, Parameter(negative="", show_default=False, help="Look only at what `warpack worker --gpu` needs.")
    ] = False,
    config: Config = None,
) -> int:
    """Say what is installed here, what is missing, and what that means. Also list the settings of a service.

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
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("what", "state", "found", "needed for", "what to do"):
        table.add_column(title, overflow="fold")
    for finding in findings:
        state = Text(finding.state, style=_STYLES[finding.state])
        table.add_row(finding.name, state, Text(finding.found), Text(finding.meaning), Text(finding.remedy))
    console = out()
    console.print(table)
    console.print()
    if settings:
        console.print(_of_settings(settings))
        console.print()
    console.print(_summary(works, gpu))
    return DONE if works else FAILED


def _of_settings(settings: list[Setting]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("setting", "value", "comes from", "meaning"):
        table.add_column(title, overflow="fold")
    for setting in settings:
        table.add_row(setting.name, Text(setting.value), Text(setting.source), Text(setting.meaning))
    return table


def _summary(works: bool, gpu: bool) -> str:
    if gpu:
        return "`warpack worker --gpu` can start here." if works else "`warpack worker --gpu` cannot start here yet."
    if works:
        return "Everything that the main job needs is here."
    return "Something is missing. To install everything: pip install 'warpack[gpu]'"
