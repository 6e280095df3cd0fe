"""What every whole worker compiles at its first start, unless it lies in the cache: about 8 s of processor time."""

from __future__ import annotations

import fcntl
import os
import subprocess
from functools import cache
from pathlib import Path

from warpack.gpu_runtime.compiler import default_cache_folder
from warpack.gpu_runtime.interpreter import import_environment, python
from warpack.service.jobs.capabilities import has_gpu_extra

_WARM_UP = "from warpack.service.jobs.children.warm_up import warm_up; warm_up()"


def compile_once() -> None:
    """Into the folder of this run, by one process of it while the others wait: they would all do the same."""
    if has_gpu_extra():
        _compile_into(default_cache_folder())


@cache
def _compile_into(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    done = folder / "warmed-up"
    with (folder / "warming-up").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            subprocess.run(python("-c", _WARM_UP), env={**os.environ, **import_environment()}, check=True)
            done.touch()
