"""Kernels made from random manifests: each keeps to its lifetimes, and then once does not. Prints what was found as JSON.

NUMBA_ENABLE_CUDASIM=1 python -m tests.gpu_runtime.checked.faithful FIRST LAST
"""

from __future__ import annotations

import json
import random
import re
import sys
from typing import Any

from numba import cuda

from gpu_runtime import emit_checked, getters
from gpu_runtime.compiler import load_module
from gpu_runtime.probe.trace import Step, trace
from solver import load_manifest, optimize
from solver.verifier.story import Story, StoryPiece, derive
from solver.wire.layout import Layout
from solver.wire.manifest import Manifest
from tests.helpers.manifests import random_manifest

TRACING, UNTRACED = "if cuda.config.ENABLE_CUDASIM:\n    import bisect", "if False:\n    import bisect"
"""How the simulator's tracing is taken out of the emitted text (for every other seed): what is left is what a GPU runs."""

MOST_STEPS = 60
RUNS = 2


class Faithful:
    """A kernel that writes every piece where it begins, reads it while it is live, and touches it at no other time; but for
    one stray access, where `fault` says so: (step, piece, whether it is a write)."""

    def __init__(self, module: Any, manifest: Manifest, layout: Layout, story: Story, steps: tuple[Step, ...]) -> None:
        self.module, self.story, self.steps = module, story, steps
        regions = {placed.full_name: placed.region for placed in layout.buffers}
        self.pieces = [piece for piece in story.pieces if regions[piece.buffer] in ("run", "block")]
        self.calls = getters(layout, manifest)

    def kernel(self, record: Any, fault: tuple[int, StoryPiece, bool] | None) -> None:
        A = self.module
        run = A.run_in_block()
        A.begin(record, run)
        shared = A.window(run)
        A.init(shared, A.persistent())
        views = {piece.name: self.view(piece, shared) for piece in self.pieces}
        for number, step in enumerate(self.steps):
            A.phase(record, run, step.phase)
            for piece in self.pieces:
                for view, i in self.own(piece, views[piece.name]):
                    if self.story.writes(piece, step.previous, step.phase):
                        view[i] = view.dtype.type(1)
                    elif any(start <= step.phase < end for start, end in piece.live):
                        view[i]
            if fault is not None and fault[0] == number and A.thread_in_block() == 0:
                view = views[fault[1].name]
                if fault[2]:
                    view[0] = view.dtype.type(1)
                else:
                    view[0]
        A.end(record, run)

    def view(self, piece: StoryPiece, shared: Any) -> Any:
        getter = self.calls[piece.name]
        function = getattr(self.module, getter.identifier)
        return function() if getter.argument is None else function(shared)

    def own(self, piece: StoryPiece, view: Any) -> Any:
        """The elements that this thread cares for."""
        A = self.module
        first, every = A.lane_in_run(), A.THREADS_PER_RUN
        if piece.scope == "block":
            first, every = A.thread_in_block(), A.threads_in_block()
        return ((view, i) for i in range(first, len(view), every))

    def findings(self, fault: tuple[int, StoryPiece, bool] | None = None) -> list[str]:
        record = self.module.new_record(blocks=1)
        threads = self.module.THREADS_PER_RUN * min(RUNS, self.module.RUNS_PER_BLOCK)
        cuda.jit(lambda record: self.kernel(record, fault))[1, threads, 0, self.module.DYNAMIC_SHARED_BYTES](record)
        said: list[str] = self.module.report(record)
        return said

    def fault(self, choose: random.Random, reads: bool) -> tuple[int, StoryPiece, bool] | None:
        """An access to a piece in a step in which it has no contents: a write, or (`reads`) perhaps a read."""
        idle = [
            (number, piece)
            for number, step in enumerate(self.steps)
            for piece in self.pieces
            if not any(start <= step.phase < end for start, end in piece.live)
        ]
        return (*choose.choice(idle), not reads or choose.random() < 0.5) if idle else None


_SAME_BYTES = re.compile(r"(\S+) was read in phase \S+, after (\S+) had been written, which has the same bytes")


def owner(name: str) -> str:
    """The buffer of a part."""
    return name.partition("#")[0]


def look_at(seed: int) -> dict[str, Any] | None:
    manifest = load_manifest(random_manifest(seed))
    story = derive(manifest)
    if story.length > MOST_STEPS:
        return None
    steps = trace(story.length, story.loops, range(story.length))
    layout = optimize(manifest)
    if len(steps) > MOST_STEPS or layout.launch is None:
        return None
    traced = seed % 2 == 0
    text = emit_checked(layout, manifest)
    module = load_module(text if traced else text.replace(TRACING, UNTRACED), "allocators_checked")
    kernel = Faithful(module, manifest, layout, story, steps)
    if not kernel.pieces or module.THREADS_PER_RUN > 8:
        return None
    said = [(sentence, _SAME_BYTES.match(sentence)) for sentence in kernel.findings()]
    found: dict[str, Any] = {
        "seed": seed,
        "faithful": [sentence for sentence, match in said if match is None],
        "shared": sorted({" ".join(sorted(owner(name) for name in match.groups())) for _, match in said if match}),
        "related": sorted(
            {" ".join(sorted(pair)) for pair in story.alias_permits}
            | {" ".join(sorted((owner(pair.read), owner(pair.write)))) for pair in manifest.in_place}
        ),
        "fault": None,
    }
    fault = kernel.fault(random.Random(seed), reads=traced)
    if fault is not None:
        number, piece, write = fault
        found["fault"] = {
            "piece": piece.name,
            "phase": story.phase_names[steps[number].phase],
            "how": "written" if write else "read",
            "said": kernel.findings(fault),
        }
    return found


if __name__ == "__main__":
    looked = [look_at(seed) for seed in range(int(sys.argv[1]), int(sys.argv[2]))]
    print(json.dumps([one for one in looked if one is not None]))
