"""Manifests from Python: a kernel's phases, structures, components and buffers as calls and `with` blocks.

    from warpack import Kernel, optimize

    kernel = Kernel("two buffers", arch="8.6")
    with kernel.phases("gather", "smooth"):
        kernel.buffer("samples", 64, "float32")     # live in both
    with kernel.phases("rank", "emit"):
        kernel.buffer("ranking", 64, "int32")
    layout = optimize(kernel.manifest())

It only writes the document that a person would write, and has it read by `load_manifest`: the same manifests, and the
same errors, each with the file and line of the call that it is about. docs/writing.md shows it all.

Kernel                 the whole: settings, and what its components have too
Component              a part of it, perhaps with phases of its own
Buffer, Part           handles of what was declared
Phase, Phases          handles of steps of a timeline
"""

from warpack.solver.builder.buffers import Buffer, Part
from warpack.solver.builder.kernel import Kernel
from warpack.solver.builder.phases import Phase, Phases
from warpack.solver.builder.scope import Component
from warpack.solver.builder.structures import Branch, Loop, Tracks

__all__ = ["Branch", "Buffer", "Component", "Kernel", "Loop", "Part", "Phase", "Phases", "Tracks"]
