"""Kernels made from random manifests: each keeps to its lifetimes, and then once does not. Prints what was found as
JSON.

NUMBA_ENABLE_CUDASIM=1 python -m tests.gpu_runtime.checked.faithful FIRST LAST
"""

from __future__ import annotations

import json
import random
import re
import sys
from typing import Any

from numba import cuda

from tests.gpu_runtime.checked.walks import Phase, Script, TooLongError, Walker, followed, steps
from tests.helpers import quiet_simulator
from tests.helpers.machine.programs import random_document
from tests.helpers.manifests import random_manifest
from warpack.gpu_runtime import emit_checked, getters
from warpack.gpu_runtime.checked.ways import Ways, ways_of
from warpack.gpu_runtime.compiler import load_module
from warpack.solver import ManifestError, load_manifest, optimize
from warpack.solver.verifier.spans import covers
from warpack.solver.verifier.story import Story, StoryPiece, derive
from warpack.solver.wire.layout import Layout
from warpack.solver.wire.manifest import Manifest

TRACING, UNTRACED = "_CHECKED_TRACED = bool(", "_CHECKED_TRACED = bool(0 and "
"""How the simulator's tracing is taken out of the emitted text (for every other seed): what is left is what a GPU
runs."""

MOST_STEPS, MOST_THREADS = 60, 64
RUNS = 2

Fault = tuple[int, StoryPiece, bool]
"""In the first step with this phase: a stray access to the piece, and whether it is a write."""


class Faithful:
    """A kernel that writes every piece where it begins, reads it while it is live, and touches it at no other time; but
    for one stray access, where `fault` says so."""

    def __init__(self, module: Any, manifest: Manifest, layout: Layout, story: Story, script: Script) -> None:
        self.module, self.story, self.script = module, story, script
        regions = {placed.full_name: placed.region for placed in layout.buffers}
        self.pieces = [piece for piece in story.pieces if regions[piece.buffer] in ("run", "block")]
        self.calls = getters(layout, manifest)
        self.stages = {buffer.full_name: buffer.stages for buffer in manifest.buffers}
        self.ways: Ways = ways_of(story, together=True)
        tracks = any(isinstance(one, tuple) for one in self.ways.tracks)
        runs = module.RUNS_PER_BLOCK if tracks else min(RUNS, module.RUNS_PER_BLOCK)
        self.threads: int = module.THREADS_PER_RUN * runs

    def kernel(self, record: Any, fault: Fault | None) -> None:
        A = self.module
        run, thread = A.run_in_block(), A.thread_in_block()
        A.begin(record, run)
        memory = A.thread_memory(run)
        A.init(memory)
        views = {piece.name: self.views(piece, memory) for piece in self.pieces}
        full = {piece.name: piece.entry or (piece.persistent and piece.zero == "entry") for piece in self.pieces}
        started = False
        for step in followed(self.script, thread, run, A.threads_in_block()):
            if isinstance(step, Phase):
                A.phase(record, run, step.number)
                for piece in self.pieces:
                    full[piece.name] = self.contents(piece, step.number, full[piece.name], started)
                    full[piece.name] = self.access(piece, step.number, full[piece.name], views[piece.name])
                if fault is not None and fault[0] == step.number and A.thread_in_block() == 0:
                    self.stray(fault, views)
                    fault = None
                started = True
            elif step.scope == "block":
                cuda.syncthreads()
            else:
                A.waited(record, run, A.OF_RUN if step.scope == "run" else A.OF_TRACK)
        A.end(record, run)

    def contents(self, piece: StoryPiece, phase: int, full: bool, started: bool) -> bool:
        """Whether it has contents when the phase begins."""
        if piece.persistent or any(start <= phase < end for start, end in self.ways.siblings(piece.live)):
            return full
        if not covers(piece.live, phase):
            return False
        return full and (phase not in piece.begins or (phase == 0 and not started))

    def access(self, piece: StoryPiece, phase: int, full: bool, views: list[Any]) -> bool:
        """What is stated there; whether it has contents then."""
        if not covers(piece.accesses, phase):
            return full
        stated = piece.stated
        brings = covers(stated.brings, phase) if stated.by_access else not full
        for view in views:
            for i in self.own(piece, view):
                if full:
                    view[i]
                if brings:
                    view[i] = view.dtype.type(1)
        return full or brings

    def roams(self, piece: StoryPiece) -> bool:
        return not piece.private and bool(self.ways.alone)

    def views(self, piece: StoryPiece, memory: Any) -> list[Any]:
        """Of a ring every slot."""
        getter = self.calls[piece.name]
        function = getattr(self.module, getter.identifier)
        stages = self.stages[piece.buffer]
        return [function(memory, slot) for slot in range(stages)] if stages > 1 else [function(memory)]

    def own(self, piece: StoryPiece, view: Any) -> range:
        """The elements that this thread cares for."""
        A = self.module
        first, every = A.lane_in_run(), A.THREADS_PER_RUN
        if piece.scope == "block":
            first, every = A.thread_in_block(), A.threads_in_block()
        return range(first, len(view), every)

    def stray(self, fault: Fault, views: dict[str, list[Any]]) -> None:
        view = views[fault[1].name][0]
        if fault[2]:
            view[0] = view.dtype.type(1)
        else:
            view[0]

    def findings(self, fault: Fault | None = None) -> list[str]:
        record = self.module.new_record(blocks=1, threads=self.threads)
        cuda.jit(lambda record: self.kernel(record, fault))[1, self.threads, 0, self.module.DYNAMIC_SHARED_BYTES](
            record
        )
        said: list[str] = self.module.report(record)
        return said

    def fault(self, choose: random.Random, reads: bool) -> Fault | None:
        """An access to a piece in a step in which it has no contents: a write, or (`reads`) perhaps a read. On a GPU,
        only where the block's threads go together and nothing is called beside."""
        run, seen = followed(self.script, 0, 0, self.threads), self.ways
        phases = [step.number for step in run if isinstance(step, Phase)]
        idle = [
            (phase, piece)
            for phase in phases
            for piece in self.pieces
            if not covers(piece.live, phase)
            and (reads or not (self.roams(piece) or any(s <= phase < e for _, s, e in seen.beside)))
        ]
        return (*choose.choice(idle), not reads or choose.random() < 0.5) if idle else None


_PAIR = re.compile(
    r"(\S+) was (?:read|written) in phase \S+(?:, after (\S+) had been written, which has| in bytes that (\S+) had in)"
)


def owner(name: str) -> str:
    """The buffer of a part."""
    return name.partition("#")[0]


def look_at(seed: int, document: dict[str, Any]) -> dict[str, Any] | None:
    try:
        manifest = load_manifest(document)
        story = derive(manifest)
        script = Walker(story, random.Random(seed)).script()
    except (ManifestError, TooLongError):
        return None
    layout = optimize(manifest)
    if not 0 < steps(script) <= MOST_STEPS or layout.launch is None:
        return None
    traced = seed % 2 == 0
    text = emit_checked(layout, manifest)
    module = load_module(text if traced else text.replace(TRACING, UNTRACED), "allocators_checked")
    kernel = Faithful(module, manifest, layout, story, script)
    if not kernel.pieces or kernel.threads > MOST_THREADS:
        return None
    if not traced and any(fence.scope != "block" for fence in story.fences):
        return None  # what waits in the stead of a run's barrier is of the tracing
    said = [(sentence, _PAIR.match(sentence)) for sentence in kernel.findings()]
    found: dict[str, Any] = {
        "seed": seed,
        "faithful": [sentence for sentence, match in said if match is None],
        "shared": sorted({" ".join(sorted(owner(name) for name in m.groups() if name)) for _, m in said if m}),
        "related": sorted(
            {" ".join(sorted(pair)) for pair in story.aliases}
            | {" ".join(sorted((owner(pair.read), owner(pair.write)))) for pair in manifest.in_place}
        ),
        "fault": None,
    }
    fault = kernel.fault(random.Random(seed), reads=traced)
    if fault is not None:
        phase, piece, write = fault
        found["fault"] = {
            "piece": piece.name,
            "phase": story.phase_names[phase],
            "how": "written" if write else "read",
            "said": kernel.findings(fault),
        }
    return found


if __name__ == "__main__":
    quiet_simulator.install()
    looked = []
    for number in range(int(sys.argv[1]), int(sys.argv[2])):
        looked += [look_at(number, random_manifest(number)), look_at(number, random_document(number))]
    print(json.dumps([one for one in looked if one is not None]))
