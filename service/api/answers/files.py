"""The files of a job, by name. Allocators are stored as they were validated. The other files are made from the
layout when a caller asks for them."""

from __future__ import annotations

from dataclasses import dataclass

from warpack.gpu_runtime.emitters.targets import TARGETS
from warpack.service.jobs.child_tasks.artefacts import bundle, checked_allocators, picture
from warpack.service.jobs.children.orders import Task


@dataclass(frozen=True, slots=True)
class JobFile:
    """`make`: the child's task that makes the file; None if the file is stored. `of_best`: a cancelled job has it too,
    of its best layout so far."""

    name: str
    what: str
    media_type: str
    make: Task | None = None
    of_best: bool = False


FILES: tuple[JobFile, ...] = (
    *(JobFile(target.file, f"The allocators, as {target.what}", target.media_type) for target in TARGETS.values()),
    JobFile(
        "allocators_checked.py",
        "Allocators that check whether a kernel keeps to the lifetimes",
        "text/x-python",
        checked_allocators,
    ),
    JobFile("layout.svg", "The layout as a picture", "image/svg+xml", picture, of_best=True),
    JobFile("bundle.zip", "All files of the job, with their SHA-256 sums", "application/zip", bundle),
)
