"""Compiles kernels of a Python file with Triton, without a GPU, and answers with the dump of each.

Runs in a process of its own, in an interpreter that has Triton and perhaps not Warpack: it imports Triton and the
standard library alone. Request, JSON on standard input: `jobs`, a list of {file, kernel, signature, capability,
options}. Answer, JSON on standard output: for each job {kernel, shared, dump, version} or {kernel, error}. The
signature is that of `python -m triton.tools.compile`: `*fp16:16, i32, 128`, a number for each constexpr, `:16` for
what is divisible by 16.
"""

from __future__ import annotations

import importlib.util
import json
import os
import re
import sys
import tempfile
from typing import Any

_HEADING = re.compile(rb"^// -----// IR Dump ", re.MULTILINE)


def main() -> None:
    request = json.load(sys.stdin)
    answer = os.dup(1)
    os.dup2(2, 1)  # whatever the file prints at its import is no answer
    os.environ.update(MLIR_ENABLE_DUMP="1", TRITON_ALWAYS_COMPILE="1")
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryFile() as dump:
        os.environ["TRITON_CACHE_DIR"] = folder
        told = os.dup(2)
        found = [_job(job, dump, told) for job in request["jobs"]]
    with os.fdopen(answer, "w", encoding="utf-8") as out:
        json.dump({"jobs": found}, out)


def _job(job: dict[str, Any], dump: Any, told: int) -> dict[str, Any]:
    os.ftruncate(dump.fileno(), 0)
    dump.seek(0)
    os.dup2(dump.fileno(), 2)
    try:
        name, shared, version = _compiled(job)
    except Exception as error:  # of the user's file, or of Triton: the parent says it
        return {"kernel": job.get("kernel"), "error": f"{type(error).__name__}: {str(error)[-2000:]}"}
    finally:
        os.dup2(told, 2)
    dump.seek(0)
    return {"kernel": name, "shared": shared, "dump": _section(dump.read()), "version": version}


def _compiled(job: dict[str, Any]) -> tuple[str, int, str]:
    import triton
    from triton.backends.compiler import GPUTarget
    from triton.compiler import ASTSource

    spec = importlib.util.spec_from_file_location("warpack_import_kernels", job["file"])
    if spec is None or spec.loader is None:
        raise ValueError(f"{job['file']} is no Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    kernel = _kernel(module, job.get("kernel"), triton.JITFunction)
    types = [one.strip() for one in job["signature"].split(",")]
    names = list(kernel.arg_names)
    if len(types) != len(names):
        raise ValueError(
            f"the signature has {len(types)} arguments, and {kernel.__name__}({', '.join(names)}) has {len(names)}"
        )
    constants = {name: _constant(one) for name, one in zip(names, types, strict=True) if _constant(one) is not None}
    hints = {place: one.partition(":")[2] for place, one in enumerate(types) if ":" in one}
    constants.update({names[place]: 1 for place, hint in hints.items() if hint == "1"})
    signature = {
        name: "constexpr" if name in constants else one.partition(":")[0]
        for name, one in zip(names, types, strict=True)
    }
    attributes = {(place,): [["tt.divisibility", 16]] for place, hint in hints.items() if hint == "16"}
    source_type: Any = ASTSource
    if any(one.__name__ == "GluonJITFunction" for one in type(kernel).__mro__):
        from triton.experimental.gluon._runtime import GluonASTSource

        source_type = GluonASTSource
    source = source_type(fn=kernel, signature=signature, constexprs=constants, attrs=attributes)
    compiled = triton.compile(source, target=GPUTarget("cuda", job["capability"], 32), options=job.get("options") or {})
    return kernel.__name__, compiled.metadata.shared, triton.__version__


def _kernel(module: Any, name: str | None, type_: type) -> Any:
    kernels = {key: one for key, one in vars(module).items() if isinstance(one, type_)}
    if name is None and len(kernels) == 1:
        return next(iter(kernels.values()))
    if name not in kernels:
        raise ValueError(f"the file has the kernels {', '.join(kernels) or '(none)'}: say which is meant")
    return kernels[name]


def _constant(text: str) -> int | float | bool | None:
    if text in ("True", "False"):
        return text == "True"
    for type_ in (int, float):
        try:
            return type_(text)
        except ValueError:
            continue
    return None


def _section(dump: bytes) -> str:
    """The first module with offsets of shared memory: what follows is many times as long."""
    starts = [found.start() for found in _HEADING.finditer(dump)]
    for start, end in zip(starts, [*starts[1:], len(dump)], strict=True):
        if dump.find(b"ttg.shared = ", start, end) >= 0:
            return dump[start:end].decode(errors="replace")
    return ""


if __name__ == "__main__":
    main()
