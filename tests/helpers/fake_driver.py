"""Builds the double of libcuda, and prepares what it leaves behind when it "runs" a probe."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from warpack.gpu_runtime.hardware.bundle import Bundle
from warpack.gpu_runtime.hardware.whole_block import of_whole_block
from warpack.gpu_runtime.probe.checks.judge import image_of
from warpack.gpu_runtime.probe.kernel.abi import ARGUMENTS, GUARD_BYTES, REPORT_WIDTH
from warpack.gpu_runtime.probe.plan.launches import Launch, Launches, guard_words
from warpack.gpu_runtime.probe.plan.plan_as_json import arrays
from warpack.gpu_runtime.probe.plan.probe_plan import Plan, plan_probe
from warpack.solver.wire.layout import Layout
from warpack.solver.wire.manifest import Manifest

_SOURCE = Path(__file__).parents[1] / "gpu_runtime" / "hardware" / "fakecuda.c"
PREDICTED = {
    "registers": 40, "static_shared_bytes": 0, "stack_bytes": 0, "max_threads": 1024, "blocks_per_sm": 1
}  # fmt: skip


def build_double(folder: Path) -> Path:
    """The folder with the double in it, under the driver's name."""
    compiler = shutil.which("g++")
    if compiler is None:
        pytest.skip("g++ is not installed: the double of the driver cannot be built")
    library = folder / "libcuda.so.1"
    command = [compiler, "-x", "c", "-shared", "-fPIC", "-O1", "-Wl,-soname,libcuda.so.1", "-o", library, _SOURCE]
    subprocess.run(command, check=True, capture_output=True)
    return folder


def bundle_of(manifest: Manifest, layout: Layout) -> Bundle:
    """A bundle whose plan is real and whose machine code is none: the double runs nothing."""
    plan = of_whole_block(plan_probe(manifest, layout))
    return Bundle(
        manifest_sha256=manifest.sha256,
        layout_sha256=layout.sha256,
        architecture=manifest.target.compute_capability,
        entry="probe",
        cubin=b"\x7fELF, but no machine code",
        carveout=manifest.target.carveout,
        predicted=PREDICTED,
        toolchain={},
        plan=json.loads(json.dumps(arrays(plan, manifest, layout))),
    )


def plant_results(folder: Path, manifest: Manifest, layout: Layout, *, wrong_byte: bool = False) -> Path:
    """Files with what a right kernel leaves in its arrays, launch by launch, as the host pictures it. `wrong_byte`: but
    for one byte of the last launch's first dump."""
    plan = of_whole_block(plan_probe(manifest, layout))
    launches = Launches(json.loads(json.dumps(arrays(plan, manifest, layout))), guard_bytes=GUARD_BYTES)
    folder.mkdir()
    number = 0
    for one in launches.plan["passes"]:
        for launch in launches.of(one):
            _fill(launches, launch, plan)
            for name, array in (("dump", launch.dump), ("final", launch.final), ("report", launch.report)):
                (folder / f"{number}-{ARGUMENTS.index(name)}").write_bytes(array.tobytes())
            number += 1
    if wrong_byte:
        spoilt = folder / f"{number - 1}-{ARGUMENTS.index('dump')}"
        content = bytearray(spoilt.read_bytes())
        content[0] ^= 0xFF
        spoilt.write_bytes(content)
    return folder


def _fill(launches: Launches, launch: Launch, plan: Plan) -> None:
    report: np.ndarray[Any, Any] = launch.report.reshape(launches.blocks, launches.threads, REPORT_WIDTH)
    report[:, :, 0] = 1
    report[0, 0, 1] = plan.words_per_pass[launch.script]
    report[:, :, 3:6] = -1
    if not launch.dumping:
        return
    shown = launch.dump.reshape(launches.blocks, launch.last - launch.first, launches.dumped)
    final = launch.final.reshape(launches.blocks, launch.dynamic_bytes)
    for block in range(launches.blocks):
        image = image_of(launches, launch, block)
        for step in range(len(launches.plan["scripts"][launch.script]["waits"])):
            image.advance(step)
            if launch.first <= step < launch.last:
                shown[block, step - launch.first] = image.seen()
        final[block, : launches.dynamic_bytes] = image.memory
        final[block, launches.dynamic_bytes :] = guard_words(launches.dynamic_bytes, launch.dynamic_bytes)
