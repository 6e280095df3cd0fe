"""Triton kernels compiled here, without a GPU: for the dump of their shared memory."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from warpack.gpu_runtime.imports.outcome import ImportFailed

_CHILD = Path(__file__).with_name("compile_child.py")
_TAIL_LINES = 12


@dataclass(frozen=True, slots=True)
class Compilation:
    """One kernel to be compiled. `signature`: as `python -m triton.tools.compile` takes it. `kernel` None: the only one
    of the file. `options`: of Triton's compiler, such as num_warps and num_stages."""

    file: Path
    signature: str
    kernel: str | None = None
    compute_capability: str = "8.0"
    options: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Compiled:
    """`shared_bytes`: what the kernel's metadata says. `dump`: the module after shared memory was allocated.
    `version`: of Triton."""

    kernel: str
    shared_bytes: int
    dump: str
    version: str


def compile_kernels(
    jobs: Sequence[Compilation], *, interpreter: str | None = None, time_limit_s: float = 600.0
) -> list[Compiled | ImportFailed]:
    """In the order of `jobs`, what came of each. `interpreter`: a Python that has Triton; None: this one. Raises
    ImportFailed where none was compiled."""
    request = {"jobs": [_to_json(job) for job in jobs]}
    try:
        ran = subprocess.run(  # noqa: S603  (an interpreter of the user's, and our own file)
            [interpreter or sys.executable, "-P", str(_CHILD)],
            input=json.dumps(request).encode(),
            capture_output=True,
            timeout=time_limit_s,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise ImportFailed(f"Triton did not end within {time_limit_s:g} s") from None
    except OSError as error:
        raise ImportFailed(f"cannot run {interpreter}: {error.strerror or error}") from None
    if ran.returncode:
        raise ImportFailed("the process that compiles ended early", *_tail(ran.stderr))
    answers = json.loads(ran.stdout)["jobs"]
    return [_outcome(answer) for answer in answers]


def compile_kernel(job: Compilation, *, interpreter: str | None = None, time_limit_s: float = 600.0) -> Compiled:
    """Raises ImportFailed where the kernel does not compile, or Triton is not there."""
    (found,) = compile_kernels([job], interpreter=interpreter, time_limit_s=time_limit_s)
    if isinstance(found, ImportFailed):
        raise found
    return found


def _to_json(job: Compilation) -> dict[str, Any]:
    return {
        "file": str(job.file.resolve()),
        "kernel": job.kernel,
        "signature": job.signature,
        "capability": int(job.compute_capability.replace(".", "")),
        "options": job.options,
    }


def _outcome(answer: dict[str, Any]) -> Compiled | ImportFailed:
    error = answer.get("error")
    if error is None:
        return Compiled(answer["kernel"], answer["shared"], answer["dump"], answer["version"])
    if "No module named 'triton'" in error:
        return ImportFailed(
            "Triton is not installed here: pip install 'warpack[triton]', or name a Python that has it with --python"
        )
    return ImportFailed("Triton does not compile this kernel", *error.strip().splitlines()[:_TAIL_LINES])


def _tail(errors: bytes) -> list[str]:
    return errors.decode(errors="replace").strip().splitlines()[-_TAIL_LINES:]
