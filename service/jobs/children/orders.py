"""What a child is sent before a request: the function that answers it, and the limits for that."""

from __future__ import annotations

import json
import os
import resource
from collections.abc import Callable
from dataclasses import asdict, dataclass
from importlib import import_module
from math import ceil
from typing import Any

Task = Callable[[bytes, Callable[[], bool]], bytes]
"""Turns a request into its answer. The second argument (`children.main.Line`) says whether to stop early. It must be a
function that can be imported by name."""

MEMORY_MIB = 4096
"""What a child may use, unless the operator says otherwise. A solve of 40 buffers takes 160 MiB; of 20,000, 1.4 GiB."""


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of a child, and of each process that it starts.

    `memory_mib`: the most data (RLIMIT_DATA), with the 60 to 270 MiB that the fork server has loaded. Addresses that
    are only reserved, by CUDA and for threads, do not count, as they would in RLIMIT_AS. No file may be larger either.
    `seconds`: the longest time that the task may run. In that time it can use at most so much of every processor. The
    kernel ends a child that uses more, because nobody watches it any longer. A child is worn out after `requests`
    answers, or once it has grown by `growth_mib`. It is then not asked again.
    """

    memory_mib: int = MEMORY_MIB
    seconds: float = 3600.0
    requests: int = 1000
    growth_mib: int = 256

    def take_hold(self) -> None:
        """Sets the limits. The child calls it before each request."""
        for what in (resource.RLIMIT_DATA, resource.RLIMIT_FSIZE):
            _set_soft(what, self.memory_mib * 1024 * 1024)
        _set_soft(resource.RLIMIT_CORE, 0)
        used = resource.getrusage(resource.RUSAGE_SELF)
        _set_soft(resource.RLIMIT_CPU, ceil(used.ru_utime + used.ru_stime + self.seconds * (os.cpu_count() or 1)))


def _set_soft(what: int, wanted: int) -> None:
    """Sets the soft limit to `wanted`, or to the hard limit if the operator has set a lower one."""
    _, hard = resource.getrlimit(what)
    resource.setrlimit(what, (wanted if hard == resource.RLIM_INFINITY else min(wanted, hard), hard))


@dataclass(frozen=True, slots=True)
class Order:
    """`task` is the function's module and name."""

    task: tuple[str, str]
    limits: Limits

    @classmethod
    def of(cls, do: Task, limits: Limits) -> Order:
        """Raises ValueError for a function that cannot be found by its name."""
        module, name = do.__module__, getattr(do, "__qualname__", "")
        if not name.isidentifier():
            raise ValueError(f"a task must be a function of a module; {name or do!r} is not")
        return cls((module, name), limits)

    def to_bytes(self) -> bytes:
        return json.dumps(asdict(self)).encode()

    @classmethod
    def from_bytes(cls, text: bytes) -> Order:
        read: dict[str, Any] = json.loads(text)
        module, name = read["task"]
        return cls((module, name), Limits(**read["limits"]))

    def function(self) -> Task:
        """The task's function, imported by its name."""
        module, name = self.task
        found: Task = getattr(import_module(module), name)
        return found
