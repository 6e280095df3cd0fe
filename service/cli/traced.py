"""What `warpack trace` shows and writes of a kernel."""

from __future__ import annotations

import os
from dataclasses import dataclass
from json import dumps
from pathlib import Path
from typing import Any

from warpack.gpu_runtime.trace.judging import coverage_json, sentences, verdicts_json
from warpack.gpu_runtime.trace.proof.proving import RUNS, Trial
from warpack.gpu_runtime.trace.report import buffer_rows, findings, phase_rows, phases_json
from warpack.gpu_runtime.trace.summary.model import Summary
from warpack.gpu_runtime.trace.summary.text import to_json
from warpack.gpu_runtime.trace.timeline.timeline import Timeline
from warpack.gpu_runtime.trace.verdicts import PairVerdict
from warpack.service.cli.terminal import complain, note, out
from warpack.service.render.figures import figures_table
from warpack.service.render.summary import summary as figures
from warpack.service.render.text import plain
from warpack.service.render.traced import MOST_ROWS, phase_table, traced_buffer_table
from warpack.solver.wire.counts import number_of
from warpack.solver.wire.layout import Layout
from warpack.solver.wire.manifest import Manifest


@dataclass(slots=True)
class Traced:
    """A kernel by its name among those of the script. Without work arrays it has no manifest and no layout."""

    name: str
    summary: Summary
    timeline: Timeline
    verdicts: tuple[PairVerdict, ...]
    document: dict[str, Any] | None = None
    manifest: Manifest | None = None
    layout: Layout | None = None
    trial: Trial | None = None


def write(traced: Traced, folder: Path) -> None:
    """The files of a kernel."""
    summary, trial = traced.summary, traced.trial
    document = to_json(summary, os.path.dirname(summary.file)) | {
        "phases": phases_json(traced.timeline),
        "verdicts": verdicts_json(traced.verdicts),
        "coverage": coverage_json(summary),
        "proof": None if trial is None else trial.to_json(),
    }
    files = {f"{traced.name}.trace.json": dumps(document)}
    if traced.document is not None:
        files[f"{traced.name}.manifest.json"] = dumps(traced.document, indent=2)
    folder.mkdir(parents=True, exist_ok=True)
    for file, text in files.items():
        (folder / file).write_text(text + "\n", encoding="utf-8")
    note(f"Wrote {' and '.join(sorted(files))} to {folder}.")


def show(traced: Traced, *, verbose: bool) -> None:
    """Phases, buffers, findings, what the layout saves, and what the proof compared."""
    console, summary = out(), traced.summary
    blocks, threads = number_of(summary.blocks, "block"), number_of(summary.block_threads, "thread")
    console.print(f"{traced.name}: {blocks} of {threads} traced")
    if not summary.arrays:
        console.print("It has no work arrays: there is nothing to pack.")
        return
    console.print()
    most = None if verbose else MOST_ROWS
    console.print(phase_table(phase_rows(traced.timeline), most))
    console.print()
    console.print(traced_buffer_table(buffer_rows(summary, traced.timeline), most))
    console.print()
    for finding in findings(summary, traced.timeline):
        console.print(plain(finding))
    for sentence in sentences(traced.verdicts):
        console.print(plain(sentence))
    if summary.static is not None:
        for sentence in summary.static.unfollowed:
            console.print(plain(sentence))
    if traced.manifest is not None and traced.layout is not None:
        console.print(figures_table(figures(traced.manifest, traced.layout)))
        for warning in traced.layout.warnings:
            console.print(plain(warning.message))
    _show_trial(traced)


def _show_trial(traced: Traced) -> None:
    trial = traced.trial
    if trial is None:
        return
    for sentence in (*trial.faults, *trial.differences):
        complain(f"{traced.name}, run again on its layout: {sentence}")
    if not trial.launches:
        complain(f"{traced.name}, run again on its layout: the script did not launch it")
        return
    how = " and ".join(f"poison {poison:#04x} with threads {order}" for poison, order in RUNS)
    verdict = "the same bit for bit" if trial.passed else "not proven"
    given = " ".join(trial.arguments) or "none"
    out().print(
        plain(
            f"Run again on the layout (arguments: {given}), over {how}: {trial.launches} launches, {trial.arrays} "
            f"arrays, {trial.size_bytes} bytes of results compared: {verdict}."
        )
    )
