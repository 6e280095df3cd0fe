"""A CuBIE solver with Warpack's layout: collect its buffers, pack them, and run the solver with the layout.

    from warpack.gpu_runtime.adapters import cubie as packing

    packed = packing.pack(solver, compute_capability="8.6")
    with packing.installed(solver, packed):
        solver.solve(initial_values, parameters, duration=1.0)

release     the one release of CuBIE that is known
registry    the tree of components and their buffers, read from CuBIE's registry
findings    faults of CuBIE's own layout that the registry shows
lifetimes   when each buffer is live: lifetimes.json, expression, script, facts, liveness
manifest    all of it as a Warpack manifest
collect     a live solver's buffers
recorded    the solver's own step code as it runs, every access noted
analysed    the same code on all ways, without running
traced      lifetimes from both, instead of lifetimes.json; traced_manifest
pack        a layout for them, solved here or by a service
table       where each buffer goes, in CuBIE's terms
allocators  CuBIE's allocator functions with those places
hook        makes CuBIE's registry ask the installed layouts first
overrides   what a solver's objects return while a layout is installed
differences what makes a layout out of date
install     the solver rebuilt with the layout, and back again
cases, trial, proof   bit-identical trajectories, with and without
"""

from __future__ import annotations

from warpack.gpu_runtime.adapters.cubie.collect import Collected as Collected
from warpack.gpu_runtime.adapters.cubie.collect import collect as collect
from warpack.gpu_runtime.adapters.cubie.collect import find_solver_faults as find_solver_faults
from warpack.gpu_runtime.adapters.cubie.errors import CubieAdapterError as CubieAdapterError
from warpack.gpu_runtime.adapters.cubie.errors import CubieWarning as CubieWarning
from warpack.gpu_runtime.adapters.cubie.errors import LayoutOutOfDateError as LayoutOutOfDateError
from warpack.gpu_runtime.adapters.cubie.errors import LayoutRefusedError as LayoutRefusedError
from warpack.gpu_runtime.adapters.cubie.errors import UnsupportedCubieError as UnsupportedCubieError
from warpack.gpu_runtime.adapters.cubie.errors import UnsupportedSolverError as UnsupportedSolverError
from warpack.gpu_runtime.adapters.cubie.errors import UntraceableSolverError as UntraceableSolverError
from warpack.gpu_runtime.adapters.cubie.findings import Finding as Finding
from warpack.gpu_runtime.adapters.cubie.install import Installation as Installation
from warpack.gpu_runtime.adapters.cubie.install import installed as installed
from warpack.gpu_runtime.adapters.cubie.pack import Packed as Packed
from warpack.gpu_runtime.adapters.cubie.pack import pack as pack
from warpack.gpu_runtime.adapters.cubie.pack import pack_collected as pack_collected
from warpack.gpu_runtime.adapters.cubie.pack import through as through
