"""A script runs on the layout of its own manifest as it did before; on a layout that is wrong it does not."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.gpu_runtime.trace import recorded as helper
from tests.gpu_runtime.trace.conftest import Recorded
from tests.gpu_runtime.trace.recorded import KERNELS, NAMES
from tests.gpu_runtime.trace.test_kernels import timeline
from tests.helpers.solving import solved
from warpack.gpu_runtime.trace.manifest import manifest_of
from warpack.gpu_runtime.trace.proof import proving
from warpack.gpu_runtime.trace.proof.placement import Placement, from_json, placement_of
from warpack.gpu_runtime.trace.summary.model import Summary
from warpack.solver import load_manifest

Asked = list[tuple[str, list[Placement]]]


def placement(kernel: str, summary: Summary) -> Placement:
    times = timeline(summary)
    return placement_of(kernel, summary, times, solved(load_manifest(manifest_of(summary, times, "8.6"))))


def line_of(script: str, text: str) -> int:
    lines = (KERNELS / f"{script}.py").read_text(encoding="utf-8").splitlines()
    (number,) = (number for number, line in enumerate(lines, 1) if text in line)
    return number


def prove(asked: Asked, monkeypatch: pytest.MonkeyPatch) -> list[dict[str, proving.Trial]]:
    """Trials of several scripts, all run in one process."""
    requests: list[dict[str, Any]] = []

    def noted(script: str, arguments: object, placements: list[Placement], poison: int, order: str) -> dict[str, Any]:
        found = {"order": order, "poison": poison, "placements": [one.to_json() for one in placements]}
        requests.append({"script": str(script), "placed": found})
        return {"launches": [], "faults": {one.kernel: [] for one in placements}, "failed": None}

    monkeypatch.setattr(proving, "_run", noted)
    for script, placements in asked:
        proving.prove(script, [], placements)
    answers = iter(helper.run(requests))
    monkeypatch.setattr(proving, "_run", lambda *_: next(answers))
    return [proving.prove(script, [], placements) for script, placements in asked]


def test_every_script_gives_the_same_bits_on_its_layouts(recorded: Recorded, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: Asked = []
    for name in NAMES:
        kernels = recorded[name]
        asked.append((str(KERNELS / f"{name}.py"), [placement(*one) for one in kernels.items()]))
    for (script, placements), trials in zip(asked, prove(asked, monkeypatch), strict=True):
        for one in placements:
            trial = trials[one.kernel]
            assert trial.passed, (script, trial)
            assert trial.size_bytes > 0


def test_buffers_that_were_put_in_the_same_bytes_by_mistake_are_named_with_both_lines(
    recorded: Recorded, monkeypatch: pytest.MonkeyPatch
) -> None:
    right = placement("reduce_scan", recorded["reduce_scan"]["reduce_scan"])
    offsets = {array.name: array.offset_bytes for array in right.arrays}
    wrong = replace(
        right,
        arrays=tuple(
            replace(array, offset_bytes=offsets["partial"]) if array.name == "centred" else array
            for array in right.arrays
        ),
    )
    (trials,) = prove([(str(KERNELS / "reduce_scan.py"), [wrong])], monkeypatch)
    trial = trials["reduce_scan"]
    assert not trial.passed
    read, wrote = (line_of("reduce_scan", text) for text in ("centred[t] -= partial[0]", "partial[t] += "))
    wanted = (
        f"centred is read at reduce_scan.py:{read}: its bytes were overwritten by partial at reduce_scan.py:{wrote} "
    )
    assert any(fault.startswith(wanted) for fault in trial.faults), trial.faults
    assert any("argument 1" in difference and "differs" in difference for difference in trial.differences)


def test_an_array_of_another_size_than_traced_is_no_proof(recorded: Recorded) -> None:
    right = placement("reduce_scan", recorded["reduce_scan"]["reduce_scan"])
    smaller = replace(right, arrays=tuple(replace(array, shape=(32,)) for array in right.arrays))
    request = {"order": "forward", "poison": 0, "placements": [smaller.to_json()]}
    (answer,) = helper.run([{"script": str(KERNELS / "reduce_scan.py"), "placed": request}])
    assert answer["trouble"] == "centred has shape (64,) here and had (32,) when it was traced"


def test_new_inputs_each_time_leave_nothing_to_compare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script = tmp_path / "random_inputs.py"
    script.write_text((KERNELS / "bitonic.py").read_text(encoding="utf-8").replace("default_rng(10)", "default_rng()"))
    ((kernels),) = helper.record([(script, "forward")])
    (trials,) = prove([(str(script), [placement(*one) for one in kernels.items()])], monkeypatch)
    assert trials["bitonic"].differences == ("launch 1 was given something else each time: nothing to compare",)
    assert not trials["bitonic"].passed


def test_a_placement_is_the_same_after_it_was_handed_to_a_child(recorded: Recorded) -> None:
    for name in ("ode_step", "carved"):
        for one in recorded[name].items():
            assert from_json(placement(*one).to_json()) == placement(*one)
