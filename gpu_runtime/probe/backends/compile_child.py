"""Compiles a probe to machine code: the child's side, which has the tools.

`python -m warpack.gpu_runtime.probe.backends.compile_child` reads one JSON object from standard input and writes one; a
process that is ready to compile calls `answer` itself. The request: the emitted `allocators` and the probe's `kernel`
(source texts), its `elements`, `threads`, `architecture`; and where they are given, all `architectures`, the `header`
with the kernels that `touch` it, the folder of the `cache` (null: the user's), without which nothing is looked up or
kept, and `with_cubin`.
"""

from __future__ import annotations

import base64
import json
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

from warpack.gpu_runtime.child_process import die_with_parent
from warpack.gpu_runtime.compiler import CompileError, Toolchain, ToolchainError, find_toolchain
from warpack.gpu_runtime.compiler.cache import KernelCache, cache_key, default_cache_folder
from warpack.gpu_runtime.compiler.figures import figures_of, figures_of_all
from warpack.gpu_runtime.compiler.header import HEADER
from warpack.gpu_runtime.compiler.link import Linked, assemble_functions, link_ptx
from warpack.gpu_runtime.compiler.nvrtc import cpp_to_cubin
from warpack.gpu_runtime.compiler.ptx import kernel_to_ptx
from warpack.gpu_runtime.probe.backends.module_loading import load_both
from warpack.gpu_runtime.probe.backends.walk_machine_code import named_ptx, walk_of
from warpack.gpu_runtime.probe.kernel.abi import ARGUMENTS, AT, ENTRY, MARK, OTHER_ARGUMENTS, WALK

_NOT_OF_THE_CODE = ("cache", "with_cubin")


def main() -> int:
    die_with_parent()
    json.dump(answer(json.load(sys.stdin)), sys.stdout)
    return 0


def answer(request: Mapping[str, Any]) -> dict[str, Any]:
    """`{"figures", "cubin_bytes", "toolchain", "ptx_architecture", "probe", "header", "from_cache"}`, or `{"error":
    {"rule", "message", "log"}}`.

    `probe`: `{"figures", "cubin_bytes"}` by architecture, `header`: a list of them by architecture, one for each
    kernel; `figures` and `cubin_bytes` are the probe's for `architecture`, and `cubin` is its machine code (base64)
    where the request has `with_cubin`.
    """
    try:
        entry, from_cache = _looked_up(request)
    except ToolchainError as error:
        return {"error": {"rule": error.type, "message": str(error), "log": ""}}
    except CompileError as error:
        message = str(error).partition("\n")[0]
        return {"error": {"rule": f"compile-{error.stage}", "message": message, "log": error.log[-4000:]}}
    except ImportError as error:
        return {"error": {"rule": "packages-missing", "message": str(error), "log": ""}}
    probe = entry["probe"]
    wanted = probe[request["architecture"]]
    found = {
        "figures": wanted["figures"],
        "cubin_bytes": wanted["cubin_bytes"],
        "toolchain": entry["toolchain"],
        "ptx_architecture": entry["ptx_architecture"],
        "probe": {name: {key: value for key, value in each.items() if key != "cubin"} for name, each in probe.items()},
        "header": entry["header"],
        "from_cache": from_cache,
    }
    return found | ({"cubin": wanted["cubin"]} if request.get("with_cubin") else {})


def _looked_up(request: Mapping[str, Any]) -> tuple[dict[str, Any], bool]:
    """The cache's entry for the request, which is compiled first if there is none."""
    if "cache" not in request:
        return _compiled(request, None), False
    key = cache_key({name: value for name, value in request.items() if name not in _NOT_OF_THE_CODE})
    cache = KernelCache(Path(request["cache"] or default_cache_folder()))
    entry = cache.get(key)
    if entry is not None:
        return entry, True
    entry = _compiled(request, cache)
    cache.put(key, entry)
    return entry, False


def _compiled(request: Mapping[str, Any], kept: KernelCache | None) -> dict[str, Any]:
    """One PTX, made for the oldest architecture, is linked for each of them; the header is compiled for each."""
    toolchain: Toolchain = find_toolchain()
    architectures: list[str] = request.get("architectures") or [request["architecture"]]
    oldest = min(architectures, key=lambda name: tuple(map(int, name.split("."))))
    header = {}
    if "header" in request:  # first, since it finds wrong numbers of a layout in a tenth of the time
        for architecture in architectures:
            linked = cpp_to_cubin(request["touch"], architecture, {HEADER: request["header"]})
            header[architecture] = _of_header(linked)
    walk = walk_of(request["kernel"].partition(MARK)[0])
    _, kernel = load_both(request["allocators"], request["kernel"])
    setattr(kernel, WALK, walk.declared())
    groups = _declared(kernel, oldest)
    ptx = kernel_to_ptx(getattr(kernel, ENTRY), signature(request["elements"]), oldest, request["threads"])
    probe = {}
    for architecture in architectures:
        functions = [assemble_functions(of_group, architecture) for of_group in groups]
        linked = link_ptx(ptx, architecture, functions=[walk.code(architecture, kept), *functions])
        probe[architecture] = {
            "figures": figures_of(linked).to_json(),
            "cubin_bytes": len(linked.cubin),
            "cubin": base64.b64encode(linked.cubin).decode(),
        }
    return {"toolchain": toolchain.to_json(), "ptx_architecture": oldest, "probe": probe, "header": header}


def _declared(kernel: ModuleType, oldest: str) -> list[str]:
    """The PTX of the functions that call getters. The kernel's module has only their names, to be linked."""
    from numba import cuda as numba_cuda
    from numba import types

    cuda: Any = numba_cuda  # its typed surface leaves out what it exports at run time
    signature = types.int64(types.int64, types.int64, types.Array(types.int64, 1, "C"))
    found = []
    for name in [name for name in vars(kernel) if re.fullmatch(rf"{AT}[0-9]+", name)]:
        symbol = f"warpack_{name}"
        found.append(named_ptx(getattr(kernel, name), signature, symbol, oldest))
        setattr(kernel, name, cuda.declare_device(symbol, signature))
    return found


def _of_header(linked: Linked) -> list[dict[str, Any]]:
    return [{"figures": figures.to_json(), "cubin_bytes": len(linked.cubin)} for figures in figures_of_all(linked)]


def signature(elements: list[str]) -> Any:
    """The kernel's signature: arrays of int64, bytes, and one pool per element type."""
    from numba import types

    kinds: list[Any] = [getattr(types, OTHER_ARGUMENTS.get(name, "int64")) for name in ARGUMENTS]
    kinds += [types.boolean if name == "bool" else getattr(types, name) for name in elements]
    return types.void(*(types.Array(kind, 1, "C") for kind in kinds))


if __name__ == "__main__":
    sys.exit(main())
