"""Runs a solver with a layout, and restores the solver when the layout is removed.

CuBIE's components keep the allocators that they got when they were built. So the whole solver is built once by CuBIE
(to know its buffers), once more with the hook in place, and again when the layout is removed.
"""

from __future__ import annotations

from types import TracebackType
from typing import Any

from warpack.gpu_runtime.adapters.cubie.allocators import Allocator, after_zeroing, placed, whole
from warpack.gpu_runtime.adapters.cubie.collect import Collected, read_solver
from warpack.gpu_runtime.adapters.cubie.differences import differences
from warpack.gpu_runtime.adapters.cubie.errors import LayoutOutOfDateError, LayoutRefusedError
from warpack.gpu_runtime.adapters.cubie.hook import hook, unhook
from warpack.gpu_runtime.adapters.cubie.overrides import override
from warpack.gpu_runtime.adapters.cubie.pack import Packed
from warpack.gpu_runtime.adapters.cubie.rebuild import rebuild
from warpack.gpu_runtime.adapters.cubie.release import buffer_registry
from warpack.gpu_runtime.adapters.cubie.table import PlacementTable, make_table


def installed(solver: Any, packed: Packed) -> Installation:
    """Make a `cubie.Solver` run with the layout: use it in a `with` block, or call `close`.

    Inside, the solver places its buffers, counts its shared and persistent memory and launches with the threads per
    block of the layout (an explicit `blocksize` still wins). Raises `LayoutRefusedError` where the layout was made for
    other buffers. An update of the solver that changes its buffers restores CuBIE's own layout and raises
    `LayoutOutOfDateError`: pack and install again. One solver has one layout at a time.
    """
    return Installation(solver, packed.collected, make_table(packed))


class Installation:
    """One layout in one solver, from the moment that it is made. `is_active` until it is closed or out of date."""

    def __init__(self, solver: Any, collected: Collected, table: PlacementTable) -> None:
        if getattr(solver, "_warpack_installation", None) is not None:
            raise LayoutRefusedError("the solver has a layout installed already: close that one first")
        changed = differences(collected, read_solver(solver))
        if changed:
            raise LayoutRefusedError("the layout was made for other buffers than the solver has: " + "; ".join(changed))
        self.table = table
        self.is_active = False
        self._solver, self._collected = solver, collected
        self._registry = buffer_registry()
        # The owners stay alive with this object, so that their ids are not reused.
        self._owners = {id(component.owner): component for component in collected.components}
        self._start()

    def __enter__(self) -> Installation:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Restores CuBIE's own layout. Closing twice is no error."""
        if not self.is_active:
            return
        self.is_active = False
        self._undo()
        unhook(self)
        self._solver._warpack_installation = None
        rebuild(self._solver)

    def allocator_for(self, name: str, parent: Any, zero: bool) -> Allocator | None:
        """What the hook asks: the allocator of a name that one of this solver's components registered."""
        component = self._owners.get(id(parent))
        if component is None:
            return None
        entry = self._registry._groups[parent].entries[name]
        place = self.table.places.get(f"{component.path}/{name}")
        if place is None:
            kind = name.rpartition("_")[2]
            size_bytes = self.table.window_bytes if kind == "shared" else self.table.persistent_bytes
            return whole(entry, kind, size_bytes // entry.parent_itemsize)
        in_loop = component.path == "loop"
        unroll = parent.compile_settings.unroll.unroll_other_small
        # The loop takes all its buffers before it writes to any, `state` first: what must start from zero is cleared
        # there, once, because by then a neighbour's bytes may be in use.
        clears = zero and not (in_loop and place.where != "local")
        allocator = placed(entry, place, zero=clears, unroll=unroll)
        if in_loop and name == "state":
            return after_zeroing(allocator, self.table.zero, self.table.persistent_bytes)
        return allocator

    def check(self) -> None:
        """Restores CuBIE's own layout and raises `LayoutOutOfDateError` if the solver's buffers, or their known
        lifetimes, are no longer those of the layout."""
        if not self.is_active:
            return
        changed = differences(self._collected, read_solver(self._solver))
        if changed:
            self.close()
            raise LayoutOutOfDateError(
                "the installed layout no longer fits the solver, which runs with CuBIE's own layout again; "
                "pack and install anew. Changed: " + "; ".join(changed)
            )

    def _start(self) -> None:
        hook(self)
        self._undo = override(self._solver, self.table, self._collected.element_bytes, self.check)
        self._solver._warpack_installation = self
        self.is_active = True
        try:
            rebuild(self._solver)
        except BaseException:
            self.close()
            raise
