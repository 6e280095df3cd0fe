"""Whatever a small kernel does, two arrays that some input needs at once are never proved apart."""

from __future__ import annotations

import linecache
from itertools import count
from typing import Any

from hypothesis import given, settings
from numba import cuda, float32

from tests.gpu_runtime.trace.static.programs import programs
from tests.gpu_runtime.trace.static.running import needed, runs
from warpack.gpu_runtime.trace.static import Lifetimes, analyse

_numbers = count()


def kernel_of(source: str) -> Any:
    """The kernel of a random program, as numba-cuda has it."""
    source = source.replace("@device", "@cuda.jit(device=True)").replace("@kernel", "@cuda.jit")
    source = source.replace("local_array(3)", "cuda.local.array(3, float32)")
    source = source.replace("shared_array(4)", "cuda.shared.array(4, float32)")
    file = f"random_kernel_{next(_numbers)}.py"
    linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)
    names: dict[str, Any] = {"cuda": cuda, "float32": float32}
    exec(compile(source, file, "exec"), names)
    return names["kernel"]


def live(found: Lifetimes) -> dict[tuple[int, ...], set[str]]:
    """The arrays that may be needed at each line, called from those lines."""
    by_lines: dict[tuple[int, ...], set[str]] = {}
    for path, sites in found.live.items():
        by_lines.setdefault(tuple(place.line for place in path), set()).update(site.name for site in sites)
    return by_lines


@settings(max_examples=50)
@given(programs())
def test_what_any_input_needs_is_found_at_every_line(source: str) -> None:
    found = live(analyse(kernel_of(source), (1, 1, 1)))
    for events in runs(source):
        for lines, name in needed(events):
            assert name in found[lines], f"{name} is needed at {lines}\n{source}"
