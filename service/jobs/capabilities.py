"""What this installation can validate, and which queue a task belongs to. No CUDA package is imported to find out."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from importlib.metadata import PackageNotFoundError, version

from warpack.service.jobs.children.fork_server import COMPILING, SOLVING, ForkServer
from warpack.service.jobs.gpu import Gpu
from warpack.service.store.records import Task
from warpack.service.versions import FORMAT
from warpack.solver.devices import DEVICES

SOLVE_QUEUE = "solve"
GPU_EXTRA_QUEUE = "validate"

_GPU_EXTRA = ("numba-cuda", "nvidia-nvvm", "nvidia-nvjitlink", "pyelftools")


def device_queue(compute_capability: str) -> str:
    """The queue of the workers with a GPU of this architecture."""
    return f"gpu-sm{compute_capability.replace('.', '')}"


QUEUES = (SOLVE_QUEUE, GPU_EXTRA_QUEUE, *map(device_queue, DEVICES))


def has_gpu_extra() -> bool:
    """Whether the packages of the extra `gpu` are installed. They compile and simulate, and need no GPU."""
    try:
        for package in _GPU_EXTRA:
            version(package)
    except PackageNotFoundError:
        return False
    return True


def queues_of_this_installation() -> tuple[str, ...]:
    """The queues that the installed packages can serve."""
    return (SOLVE_QUEUE, GPU_EXTRA_QUEUE) if has_gpu_extra() else (SOLVE_QUEUE,)


def queues_for(asked: Collection[str], gpu: Gpu | None) -> tuple[str, ...]:
    """The queues that a worker takes from. A worker with a GPU takes from the queue of its architecture, and from those
    in `asked`. Another takes from those in `asked`, or else from all that it can do. Raises ValueError for a queue that
    it cannot do."""
    can = queues_of_this_installation()
    for queue in asked:
        if queue not in (SOLVE_QUEUE, GPU_EXTRA_QUEUE):
            raise ValueError(f"there is no queue {queue!r}: {SOLVE_QUEUE} or {GPU_EXTRA_QUEUE}")
        if queue not in can:
            raise ValueError(f"the queue {queue!r} needs the packages of the extra `gpu`, which are not installed")
    if gpu is not None:
        return (*(queue for queue in can if queue in asked), device_queue(gpu.compute_capability))
    return tuple(queue for queue in can if not asked or queue in asked)


def fork_servers_of(queues: Collection[str]) -> tuple[ForkServer, ...]:
    """The fork servers that a worker of these queues needs."""
    compiles = any(queue != SOLVE_QUEUE for queue in queues)
    return (SOLVING,) * (SOLVE_QUEUE in queues) + (COMPILING,) * compiles


def queue_for(task: Task) -> str:
    """The queue of a task. A validation beyond static goes to workers with the extra `gpu`; its step on a device goes
    to workers with a GPU of its architecture. Formats after the first have their own queues, from which older workers
    take nothing."""
    queue = plain_queue_for(task)
    return queue if task.format == 1 else f"{queue}-{task.format}"


def with_formats(queues: Collection[str]) -> tuple[str, ...]:
    """These queues, for every format that this version reads."""
    return tuple(queue if form == 1 else f"{queue}-{form}" for queue in queues for form in range(1, FORMAT + 1))


def room_with_formats(room: Mapping[str, int]) -> dict[str, int]:
    """The number of tasks at a time by queue, for the queues of every format that this version reads."""
    return {queue: number for plain, number in room.items() for queue in with_formats((plain,))}


def plain_queue_for(task: Task) -> str:
    """The queue of a task, without regard to its format."""
    if task.kind == "device":
        return device_queue(task.compute_capability)
    if task.kind == "solve" or task.required == "static":
        return SOLVE_QUEUE
    return GPU_EXTRA_QUEUE
