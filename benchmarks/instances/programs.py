"""Kernels as whole programs: routines that call one another, with the lifetimes that a compiler would find for their
buffers.

`kernels` draws lifetimes at random within a component's call. Here every lifetime follows from what is read and
written, with all calls expanded: 60 to 120 buffers, stage stores whose rows each have a lifetime of their own, results
computed in place, contents carried round loops, and barriers.
"""

from __future__ import annotations

from random import Random
from typing import Any

from benchmarks.instances.instance import Instance
from benchmarks.instances.liveness import lifetimes
from benchmarks.instances.routines import Recording, Routine

FAMILY = "programs"

_FEWEST, _MOST, _LONGEST = 60, 120, 700
"""Buffers, and phases at most."""


def program(seed: int) -> Instance:
    random = Random(f"program {seed}")  # a string: the same on every Python and machine
    while True:
        recording, paths = _recorded(random)
        if _FEWEST <= len(recording.sizes) <= _MOST and len(recording.steps) <= _LONGEST:
            break
    spans = lifetimes(recording.steps, recording.loops)
    in_place = _in_place(recording, spans)
    needed = {pair["phase"] for pair in in_place}
    often = random.choice((0.4, 0.7, 1.0))
    barriers = [
        {"before": step.name, "scope": "run" if random.random() < 0.7 else "block"}
        for step in recording.steps[1:]
        if step.name in needed or random.random() < often
    ]
    dtype = random.choice(("float32", "float32", "float64"))
    name = f"program {len(recording.sizes)}, seed {seed}"
    document = {
        "schema": "warpack/manifest/1",
        "name": name,
        "target": {"compute_capability": random.choice(("8.0", "8.6", "9.0")), "shared_budget_bytes": "opt-in"},
        "launch": {"threads_per_run": random.choice((1, 1, 4, 8, 32)), "threads_multiple": 32},
        "timeline": {
            "phases": [step.name for step in recording.steps],
            "loops": [list(loop) for loop in recording.loops],
            "barriers": barriers,
        },
        "components": [{"path": path} for path in paths],
        "buffers": [_buffer(full, recording, spans, dtype) for full in recording.sizes],
        "in_place": in_place,
        "validation": "static",
    }
    return Instance(FAMILY, name, document)


def _recorded(random: Random) -> tuple[Recording, list[str]]:
    """A loop over steps of one to four routines in a row, and the paths of all components."""
    recording = Recording(random.choice((4, 8, 12, 16, 24, 32, 48)))
    depth = random.choice((2, 2, 3))
    mains = [Routine(recording, f"kernel/main{number}", depth, random) for number in range(random.randint(1, 4))]
    routines = [one for main in mains for one in main.all()]
    state, proposed = recording.buffer("kernel", "state"), recording.buffer("kernel", "proposed")
    given = recording.buffer("kernel", "given", random.randint(1, 12))
    control = recording.buffer("kernel", "control", 2)
    recording.step("load", [], [state, given, control, *(kept for one in routines for kept in one.kept)])
    start, source = len(recording.steps), state
    for number, main in enumerate(mains):
        output = proposed if main is mains[-1] else recording.buffer("kernel", f"between{number}")
        main.call([source, given], output)
        source = output
    recording.step("accept", [proposed, state, control], [control])
    recording.step("commit", [proposed, state], [state], elementwise=True)
    recording.loop(start)
    recording.step("store", [state, control], [])
    return recording, ["kernel", *(one.path for one in routines)]


def _in_place(recording: Recording, spans: dict[str, list[list[int]]]) -> list[dict[str, str]]:
    """Results that may overwrite what they are computed from, where one of the two ends in the phases in which that is
    done."""
    pairs: dict[tuple[str, str], list[int]] = {}
    for index, step in enumerate(recording.steps):
        for read in step.reads if step.elementwise else ():
            if read != step.writes[0] and _piece(read, recording) == _piece(step.writes[0], recording):
                pairs.setdefault((read, step.writes[0]), []).append(index)
    return [
        {"phase": recording.steps[index].name, "read": read, "write": write}
        for (read, write), at in pairs.items()
        if _alive(spans[read]) & _alive(spans[write]) <= set(at)
        for index in at
    ]


def _alive(spans: list[list[int]]) -> set[int]:
    return {phase for start, end in spans for phase in range(start, end)}


def _piece(name: str, recording: Recording) -> int:
    """The number of elements of a buffer, or of one of its rows."""
    full, _, row = name.partition("#")
    return recording.sizes[full] // recording.rows[full] if row else recording.sizes[full]


def _buffer(full: str, recording: Recording, spans: dict[str, list[list[int]]], dtype: str) -> dict[str, Any]:
    component, _, name = full.rpartition("/")
    buffer: dict[str, Any] = {"name": name, "component": component, "size": recording.sizes[full], "dtype": dtype}
    rows = recording.rows[full]
    if not rows:
        return {**buffer, "lifetime": spans[full]}
    size = recording.sizes[full] // rows
    buffer["parts"] = [
        {"name": f"row{row}", "offset": row * size, "size": size, "lifetime": spans[f"{full}#row{row}"]}
        for row in range(rows)
    ]
    return buffer
