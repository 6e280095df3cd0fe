"""The probe: a kernel, planned from the conflict graph, that fills and checks every buffer through the emitted
allocators.

Its rooms, lowest layer first: `kernel/` the language of a probe: instructions, bit patterns, and the source of the one
kernel that runs them; `ways/` which ways through the manifest's program are taken; `plan/` what is filled, checked and
handed over on each way: rows of integers; `checks/` what a run of the plan must show, and the findings where it does
not; `backends/` what runs the plan: a compiler, numba's simulator, numba's CPU target, each in a process of its own.

A GPU is one more back end: `warpack.gpu_runtime.hardware`.
"""
