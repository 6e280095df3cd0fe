"""CuBIE's whole kernel compiled for an architecture, without a GPU: `python -m tests.helpers.cubie_compiled`.

CuBIE's compiler asks the driver for the device's architecture and its memory manager for a stream; both get an answer
here. What is compiled is what a GPU of that architecture would run, CuBIE's own code and the adapter's allocators in
one.
"""

from __future__ import annotations

import hashlib
import json
import sys
import warnings
from dataclasses import asdict
from types import SimpleNamespace
from typing import Any

ARCHITECTURE = (8, 6)


def compiled(solver: Any) -> dict[str, Any]:
    """Architecture, registers, stack and static shared bytes, and hash, of the solver's kernel as it is now."""
    import numpy as np
    from numba_cuda_mlir import types

    from warpack.gpu_runtime.compiler.cubin import read_cubin

    number = getattr(types, np.dtype(solver.precision).name)

    def array(dimensions: int, dtype: Any = number) -> Any:
        return types.Array(dtype, dimensions, "C")

    counts = (types.int32, types.int32, types.int64)
    signature = (
        *(array(2), array(2), array(3), array(3), array(3), array(3), array(3)),
        *(array(3, types.int32), array(1, types.int32), number, number, number, *counts),
    )
    result = solver.kernel.kernel._compile_public(signature)
    code = result.cres.metadata["cubin"]
    cubin = read_cubin(code)
    (kernel,) = cubin.kernels
    return asdict(kernel) | {"architecture": cubin.architecture, "sha256": hashlib.sha256(code).hexdigest()}


def main() -> None:
    import numba_cuda_mlir.tools as tools

    tools._cached_cc = ARCHITECTURE
    from cubie._cudasim_extensions import cuda

    cuda.stream = lambda *_: SimpleNamespace(handle=0)
    from warpack.gpu_runtime.adapters import cubie as packing
    from warpack.gpu_runtime.adapters.cubie.cases import Case, build_solver

    # Double precision with integers between: both of the adapter's own functions are in the kernel.
    solver = build_solver(Case("Rosenbrock", "ros3p", system="diffusion", states=2, precision="float64"))
    own = compiled(solver)
    with packing.installed(solver, packing.pack(solver, compute_capability="8.6")) as installation:
        places = installation.table.places.values()
        between = sum(place.where == "shared" and place.offset_bytes % 8 + place.size_bytes % 8 > 0 for place in places)
        packed = compiled(solver)
    json.dump({"own": own, "packed": packed, "between": between, "zero": installation.table.zero}, sys.stdout)


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    main()
