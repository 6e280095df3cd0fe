"""The probe: a kernel, planned from the conflict graph, that fills and checks every buffer through the emitted allocators.

plan.py joins the manifest's story with the layout's places and makes rows of integers; kernel.py writes the one kernel that
runs them; simulate.py (in a child process) runs it in numba's simulator and image.py knows what every byte must be then.
"""
