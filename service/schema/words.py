"""What each field of a manifest means, in a sentence, and how it may look: editors show both while a manifest is
written. docs/manifest.md says more of each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from warpack.solver.wire.manifest import (
    Accesses,
    Barrier,
    Branch,
    Buffer,
    Component,
    Growth,
    HandLayout,
    InPlace,
    Launch,
    Loop,
    Manifest,
    Part,
    SolverOptions,
    Target,
    Timeline,
    Track,
)

_LIFETIME = (
    "When the contents are needed: intervals, each from a first write to a last read. Two names, both included, or "
    "[start, end) in indices. [] is never; absent is every phase."
)
_REENTRY = (
    "What happens to contents where the program leaves the lifetime and comes back: kept, they are found again, and "
    "the phases between count as well; dropped, they are not read again before they are written."
)
_ACCESSES_IN = "In place of `lifetime`: the phases that access the buffer. When it is needed follows from them."

WORDS: Mapping[type, Mapping[str, str]] = {
    Manifest: {
        "$schema": "Where editors find the schema of manifests. It means nothing to Warpack.",
        "schema": "The format of this document.",
        "name": "A label. Two manifests that differ in it alone are the same.",
        "target": "The GPU, and how much of it a block may use.",
        "launch": "Threads and blocks.",
        "timeline": "The phases that lifetimes count in, and the ways through them. Absent: one phase.",
        "components": "The kernel's tree of parts. Absent: those that the buffers name.",
        "buffers": "The arrays that are to be placed.",
        "in_place": "Elementwise rewrites: the result may take the very bytes of what it is computed from.",
        "apart": "Pairs of full names that never share a byte, whatever their lifetimes.",
        "objective": "What is wished for first: the most threads of a block, the most threads on a multiprocessor, the "
        "fewest bytes, or the smallest pool, without threads.",
        "frontier": "Whether the layout also lists what blocks of fewer threads would have on chip.",
        "solver": "How long and how the search looks.",
        "validation": "The level that the layout must pass before it is handed out. best: hardware where a worker has "
        "such a GPU, else simulated.",
        "baseline": "Your own hand-made layout of these buffers, to compare with.",
    },
    Target: {
        "compute_capability": "The architecture of the GPU.",
        "shared_budget_bytes": "The most shared bytes of a block, static and dynamic together. default: 49152; opt-in: "
        "the architecture's largest.",
        "static_shared_bytes": "The shared bytes that the kernel itself declares statically.",
        "registers_per_thread": "Registers of your compiled kernel (`warpack measure CUBIN` reads them). They limit "
        "threads and occupancy.",
        "carveout": "The share of the L1 that shared memory gets, in percent or max.",
    },
    Launch: {
        "threads_per_run": "Consecutive threads that serve one run, a work item with its own run-scoped buffers.",
        "threads_per_block": "Exactly so many threads a block. Absent or null: as many as fit.",
        "max_threads_per_block": "The most threads of a block.",
        "threads_multiple": "Threads of a block are a multiple of this (and of threads_per_run).",
        "bank_conflicts": "avoid: the distance of two runs is padded so that neighbouring runs use different banks.",
    },
    Timeline: {
        "phases": "The names of the kernel's steps, in program order.",
        "length": "In place of `phases`: how many steps there are, where they have no names.",
        "loops": "Spans that run any number of times: a span, or an object that says more.",
        "branches": "Adjacent spans of which one runs.",
        "tracks": "Spans that run at the same time, each on threads of its own (warp specialisation).",
        "barriers": "Where threads wait for one another; every: before every phase. Without barriers nothing that "
        "several threads use can share.",
    },
    Loop: {
        "span": "The body: first and last phase in names, or [start, end) in indices.",
        "at_least": "1: the loop is never skipped.",
        "breaks": "Phases right after which a trip may end the loop.",
        "endless": "The loop is always entered, and left by its breaks alone.",
    },
    Barrier: {
        "before": "The barrier stands just before this phase, each time.",
        "after": "The barrier stands just after this phase, each time.",
        "scope": "Which threads wait: all of the block, those of one run, or those of the track.",
        "proxy_fence": "Every thread ran fence.proxy.async before it waited.",
    },
    Branch: {
        "arms": "Adjacent spans, in program order; exactly one of them runs.",
        "may_skip": "Possibly no arm runs.",
        "uniform": "The threads that choose the same arm. Absent: each thread chooses for itself.",
    },
    Track: {
        "name": "Unique in its list.",
        "span": "The phases that these threads run.",
        "threads": "How many threads of the block run it; rest: all that the other tracks leave.",
    },
    Component: {
        "path": "Names joined by slashes, from the outermost part to this one.",
        "active": "Phases in which the component runs: intervals of its buffers start in them.",
        "window": "contiguous: its shared buffers lie in one hull that no conflicting buffer from outside cuts into.",
        "timeline": "Phases of its own, in which lifetimes of its buffers count.",
        "called_in": "With `timeline`: the parent's phases in which it runs, one call each.",
    },
    Buffer: {
        "name": "An identifier, unique in its component.",
        "component": "The path of its owner. The full name of the buffer is component/name.",
        "size": "Elements, not bytes; or how they grow with the threads of the block.",
        "dtype": "The type of an element.",
        "precision": "Old spelling of `dtype`.",
        "scope": "run: a copy for each run. block: one copy for the whole block.",
        "location": "shared: on chip. local: per-thread arrays. auto: Warpack decides.",
        "persistent": "Live in every phase, and its bytes are never shared.",
        "lifetime": f'{_LIFETIME} "active": the active phases of its component.',
        "accesses_in": _ACCESSES_IN,
        "reentry": _REENTRY,
        "async": "TMA, a bulk copy or wgmma touches it.",
        "stages": "A ring of so many slots of `size` elements, all needed whenever the buffer is.",
        "parts": "Rows with lifetimes of their own. They cover the buffer exactly.",
        "splittable": "Whether its parts may be placed apart.",
        "alignment_bytes": "A power of two up to 1024. Absent or null: the natural alignment.",
        "pinned_offset_bytes": "A fixed place in its region.",
        "aliases": "Your word that this buffer and these are never needed at once, where the timeline cannot show it.",
        "zero": "Whether it reads zero: at the kernel's start (entry), or at the start of each interval.",
        "accesses": "Reads and writes per step: what keeping it on chip is worth. Absent: its size.",
    },
    Growth: {
        "per_thread": "Elements for each thread of the block.",
        "per_warp": "Elements for each warp of 32 threads.",
        "plus": "So many elements more.",
    },
    Part: {
        "name": "Absent: its number, from 0. In full: component/buffer#name.",
        "offset": "Where it begins in the buffer, in elements.",
        "size": "Elements.",
        "lifetime": _LIFETIME,
        "accesses_in": _ACCESSES_IN,
        "reentry": f"{_REENTRY} Absent: as its buffer.",
    },
    Accesses: {
        "writes": "Phases that overwrite every element before anything reads it.",
        "updates": "Phases that write some elements, or read first.",
        "reads": "Phases that only read.",
    },
    InPlace: {
        "phase": "Where one is computed from the other, element by element, by the same thread.",
        "read": "Full name of the buffer or part that is read for the last time.",
        "write": "Full name of the buffer or part that is written for the first time.",
    },
    SolverOptions: {
        "time_limit_s": "Seconds that the search may take.",
        "seed": "The same seed gives the same layout.",
        "warm_start": "Byte offsets of an earlier layout by full name: a start for the search.",
    },
    HandLayout: {
        "offsets_bytes": "Where each buffer begins in its region, in bytes, by full name.",
        "block_region_bytes": "Where the windows of runs begin. Absent: where the last buffer of block scope ends.",
        "run_bytes": "The size of a run's window. Absent: where the last buffer of run scope ends.",
        "pool_bytes": "With the objective pool_bytes: the bytes of your pool, in place of those of block and run.",
        "threads_per_block": "How you launch it. Absent: by the rules of launch and objective.",
    },
}

_SPAN_EXAMPLES = [["load", "compute"], [0, 2]]
_LIFETIME_EXAMPLES = [[["load", "compute"]], [[0, 2], [4, 5]]]

EXAMPLES: Mapping[type, Mapping[str, list[Any]]] = {
    Manifest: {
        "$schema": ["https://warpack.example/v1/schema/manifest.json"],
        "apart": [[["step/a", "step/b"]]],
    },
    Timeline: {
        "phases": [["load", "compute", "store"]],
        "loops": [[["load", "compute"]], [{"span": ["load", "compute"], "at_least": 1}]],
        "barriers": ["every", [{"before": "compute"}]],
    },
    Loop: {"span": _SPAN_EXAMPLES, "breaks": [["compute"]]},
    Branch: {"arms": [[["then", "then"], ["else", "else"]]]},
    Track: {"threads": [32, "rest"]},
    Component: {"path": ["loop", "loop/algorithm"], "called_in": [["compute"]]},
    Buffer: {
        "name": ["state"],
        "size": [64, {"per_thread": 2, "plus": 8}],
        "dtype": ["float32", {"itemsize_bytes": 12, "alignment_bytes": 4}],
        "lifetime": [*_LIFETIME_EXAMPLES, "active"],
        "aliases": ["loop/other", ["loop/other", "loop/third"]],
    },
    Part: {"lifetime": _LIFETIME_EXAMPLES},
    Accesses: {"writes": [["load"]], "reads": [["compute"]]},
    InPlace: {"phase": ["compute"], "read": ["loop/old"], "write": ["loop/new"]},
    SolverOptions: {"warm_start": [{"loop/state": 0}]},
    HandLayout: {"offsets_bytes": [{"loop/state": 0, "loop/work": 40}]},
}
