"""The probe: a kernel, planned from the conflict graph, that fills and checks every buffer through the emitted
allocators.

Its rooms, from the one that knows least:
`kernel/` what a probe is written in: instructions, bit patterns, and the source of the one kernel that runs them;
`ways/` which ways through the manifest's program are walked;
`plan/` what is filled, checked and handed over on each way: rows of integers;
`checks/` what must have come of it, and the findings where it did not;
`backends/` who runs the plan: a compiler, numba's simulator, numba's CPU target, each in a process of its own.

A GPU is one more back end: `warpack.gpu_runtime.hardware`.
"""
