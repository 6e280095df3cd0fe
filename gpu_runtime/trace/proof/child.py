"""Runs a script with its kernels on layouts, or as they are, and writes what each launch gave.

    NUMBA_ENABLE_CUDASIM=1 python -P -m warpack.gpu_runtime.trace.proof.child RESULT REQUEST SCRIPT ARGS…

REQUEST is a file: `{"order": …, "poison": byte, "placements": […]}`; without placements every array is by itself.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from warpack.gpu_runtime.trace.proof.faults import Faults
from warpack.gpu_runtime.trace.proof.memory import PlacedMemory
from warpack.gpu_runtime.trace.proof.outputs import Outputs
from warpack.gpu_runtime.trace.proof.placement import from_json
from warpack.gpu_runtime.trace.proof.plain import PlainMemory
from warpack.gpu_runtime.trace.record.hooks import recording
from warpack.gpu_runtime.trace.record.launches import BlockLaunch, Memory
from warpack.gpu_runtime.trace.record.running import answer, run_as_main
from warpack.gpu_runtime.trace.record.sites import Recording


def placed(script: str, arguments: Sequence[str], request: dict[str, Any]) -> dict[str, Any]:
    """Runs the script in this process. Raises TraceError where it makes other arrays than those that were traced."""
    placements = {one["kernel"]: from_json(one) for one in request["placements"]}
    outputs, faults = Outputs(), {kernel: Faults() for kernel in placements}

    def memory(recorded: Recording, launch: BlockLaunch) -> Memory:
        placement = placements.get(launch.kernel)
        if placement is None:
            return PlainMemory(recorded, launch)
        return PlacedMemory(recorded, launch, placement, request["poison"], faults[launch.kernel])

    with recording(request["order"], memory, outputs):
        failed = run_as_main(script, arguments)
    found = {kernel: [asdict(fault) for fault in one.found.values()] for kernel, one in faults.items()}
    return {"launches": outputs.launches, "faults": found, "failed": failed}


def main(result: str, request: str, script: str, *arguments: str) -> int:
    return answer(result, lambda: placed(script, arguments, json.loads(Path(request).read_text(encoding="utf-8"))))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
