"""What this installation can validate, found out without importing a CUDA package, and which workers may have which
task."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version

from warpack.service.store.records import Task
from warpack.solver.devices import DEVICES

SOLVE_QUEUE = "solve"
GPU_EXTRA_QUEUE = "validate"

_GPU_EXTRA = ("numba-cuda", "nvidia-nvvm", "nvidia-nvjitlink", "pyelftools")


def device_queue(compute_capability: str) -> str:
    """The queue of the workers with a GPU of this architecture."""
    return f"gpu-sm{compute_capability.replace('.', '')}"


QUEUES = (SOLVE_QUEUE, GPU_EXTRA_QUEUE, *map(device_queue, DEVICES))


def has_gpu_extra() -> bool:
    """Whether the packages of the extra `gpu` are installed, which compile and simulate. No GPU is needed for them."""
    try:
        for package in _GPU_EXTRA:
            version(package)
    except PackageNotFoundError:
        return False
    return True


def queues_of_this_installation() -> tuple[str, ...]:
    return (SOLVE_QUEUE, GPU_EXTRA_QUEUE) if has_gpu_extra() else (SOLVE_QUEUE,)


def queue_for(task: Task) -> str:
    """Of a task: a validation beyond static goes to the workers that have the extra `gpu`, whatever a device does of it
    to those that have one of its architecture."""
    if task.kind == "device":
        return device_queue(task.compute_capability)
    if task.kind == "solve" or task.required == "static":
        return SOLVE_QUEUE
    return GPU_EXTRA_QUEUE
