"""What this installation can validate, found out without importing a CUDA package."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version

SOLVE_QUEUE = "solve"
GPU_EXTRA_QUEUE = "validate"
QUEUES = (SOLVE_QUEUE, GPU_EXTRA_QUEUE)

_GPU_EXTRA = ("numba-cuda", "nvidia-nvvm", "nvidia-nvjitlink", "pyelftools")


def has_gpu_extra() -> bool:
    """Whether the packages of the extra `gpu` are installed, which compile and simulate. No GPU is needed for them."""
    try:
        for package in _GPU_EXTRA:
            version(package)
    except PackageNotFoundError:
        return False
    return True


def queues_of_this_installation() -> tuple[str, ...]:
    return QUEUES if has_gpu_extra() else (SOLVE_QUEUE,)


def queue_for(kind: str, required: str) -> str | None:
    """The queue of a task: a validation beyond static goes to the workers that have the extra `gpu`. None: no worker of
    this version can do it, so that it waits in the store until one can."""
    if kind == "solve" or required == "static":
        return SOLVE_QUEUE
    return None if required == "hardware" else GPU_EXTRA_QUEUE
