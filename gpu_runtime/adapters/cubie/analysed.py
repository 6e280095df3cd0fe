"""Lifetimes of a live solver's buffers by static analysis of its kernel, whatever its step class.

Nothing runs: the components are built once more with allocators that the analysis knows, read, and built as they were.
"""

from __future__ import annotations

from typing import Any

from warpack.gpu_runtime.adapters.cubie.collect import Collected
from warpack.gpu_runtime.adapters.cubie.hook import hook, unhook
from warpack.gpu_runtime.adapters.cubie.rebuild import rebuild
from warpack.gpu_runtime.trace.positions import ArraySite, Position
from warpack.gpu_runtime.trace.static import GivenArray, Lifetimes, analyse

RUNS_PER_BLOCK = 64
"""Of the block that is looked at; one thread for each. Every run has its own buffers, so the number changes nothing."""


def analyse_solver(solver: Any, collected: Collected) -> Lifetimes:
    """What may be needed at once in a solver that has been built. Arrays are named as in the manifest: `loop/state`."""
    answers = _Answers(collected)
    hook(answers)
    try:
        rebuild(solver)
        return analyse(solver.kernel.kernel, (1, RUNS_PER_BLOCK, 1), given=answers.given)
    finally:
        unhook(answers)
        rebuild(solver)


class _Answers:
    """Allocators that stand for one buffer each."""

    def __init__(self, collected: Collected) -> None:
        self._paths = {id(component.owner): component.path for component in collected.components}
        self._buffers = {f"{one['component']}/{one['name']}": one for one in collected.manifest["buffers"]}
        self.given: list[tuple[Any, GivenArray]] = []

    def allocator_for(self, name: str, parent: Any, zero: bool) -> Any:
        path = self._paths.get(id(parent))
        buffer = self._buffers.get(f"{path}/{name}")
        if path is None or not buffer or not buffer["size"]:
            return None
        site = ArraySite(
            (Position(f"{path}/{name}", 1, 0),), f"{path}/{name}", "shared", buffer["dtype"], (buffer["size"],)
        )
        # CuBIE clears every window before it starts.
        array = GivenArray(site=site, zeroes=zero and path != "loop", filled=bool(buffer.get("zero")))

        def allocator(shared: Any, persistent: Any) -> Any:
            raise RuntimeError(f"{site.name}: this solver was built to be read, not to run")

        self.given.append((allocator, array))
        return allocator
