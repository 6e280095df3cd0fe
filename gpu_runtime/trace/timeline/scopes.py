"""Which arrays are one copy for each run, and which are one for the block.

A slice of dynamic shared memory says so by where it starts. Of an array with an axis that counts threads it is only
likely: where a row of several elements is one thread's alone it is taken for a run's, but scratch of one element a
thread stays the block's, unless the user says otherwise. So do rows of several threads.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import prod

from warpack.gpu_runtime.trace.errors import TraceError
from warpack.gpu_runtime.trace.positions import ArraySite
from warpack.gpu_runtime.trace.summary.model import Array, RunAxes, Summary


@dataclass(frozen=True, slots=True)
class Scope:
    """`size`: elements of one copy. `axes`: of the array's shape, those that count runs. `because`: why."""

    kind: str
    size: int
    axes: RunAxes | None
    because: str

    @property
    def of_run(self) -> bool:
        return self.kind == "run"


def threads_per_run(summary: Summary, told: Iterable[str]) -> int:
    """How many threads each run has. Raises TraceError where arrays differ in that, or the user named one that is no
    run's."""
    found: dict[int, str] = {}
    for array in summary.arrays:
        if array.threads_per_run is not None:
            found.setdefault(array.threads_per_run, array.site.name)
    for name in told:
        found.setdefault(_axes_told(summary, name).threads, name)
    if len(found) > 1:
        each = ", ".join(f"{name} has runs of {threads}" for threads, name in sorted(found.items()))
        raise TraceError(f"a manifest has runs of one size, and {each} threads")
    return next(iter(found), 1)


def scopes_of(summary: Summary, told: Iterable[str] = (), of_block: Iterable[str] = ()) -> Mapping[ArraySite, Scope]:
    """The scope of each array. `told`: names that the user says are one copy for each run; `of_block`: one for the
    block."""
    told, of_block = set(told), set(of_block)
    threads = threads_per_run(summary, told)
    return {
        array.site: _block(array.site, "as stated")
        if array.site.name in of_block and array.site.space == "shared"
        else _scope(array, threads, array.site.name in told)
        for array in summary.arrays
    }


def _scope(array: Array, threads: int, told: bool) -> Scope:
    site = array.site
    size = prod(site.shape)
    if site.space == "local":
        return Scope("run", size, None, "a local array")
    if array.threads_per_run is not None:
        return Scope("run", size, None, f"cut out of dynamic shared memory, one for each {_whose(threads)}")
    if site.space == "dynamic":
        return _block(site, "dynamic shared memory, one for the block")
    for axes in sorted(array.run_axes):
        row = size // prod(site.shape[axes.first : axes.last + 1])
        if axes.threads == threads and (told or (threads == 1 and row > 1)):
            counting = f"axis {axes.first}" if axes.first == axes.last else f"axes {axes.first} to {axes.last}"
            return Scope("run", row, axes, f"{counting} of {site.shape} counts {_whom(threads)}")
    if any(axes.threads == threads == 1 for axes in array.run_axes):
        return _block(site, f"one element a thread; --run-scope {site.name} makes it one a run")
    return _block(site, "one for the block")


def _block(site: ArraySite, because: str) -> Scope:
    return Scope("block", prod(site.shape), None, because)


def _whose(threads: int) -> str:
    return "thread" if threads == 1 else f"run of {threads} threads"


def _whom(threads: int) -> str:
    return "threads" if threads == 1 else f"runs of {threads} threads"


def _axes_told(summary: Summary, name: str) -> RunAxes:
    array = next((array for array in summary.arrays if array.site.name == name), None)
    if array is None:
        names = ", ".join(array.site.name for array in summary.arrays) or "none"
        raise TraceError(f"--run-scope {name}: {summary.kernel} has no such array; it has {names}")
    if not array.run_axes:
        raise TraceError(
            f"--run-scope {name}: no axis of {array.site.shape} counts runs: some element is touched by threads that "
            "are in no run together, or a run touches several rows"
        )
    return min(array.run_axes)
