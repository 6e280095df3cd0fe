"""Compiles a probe to machine code: the child's side. `python -m gpu_runtime.probe.compile` reads one JSON object (the
emitted text, the kernel's text, its element types and the architecture) and writes one: figures, toolchain, or the error.
"""

from __future__ import annotations

import base64
import json
import sys
from collections.abc import Mapping
from typing import Any

from gpu_runtime.compiler import CompileError, ToolchainError, compile_kernel
from gpu_runtime.probe.abi import ARGUMENTS, ENTRY, UINT8_ARGUMENTS
from gpu_runtime.probe.children import die_with_parent
from gpu_runtime.probe.loading import load_both


def main() -> int:
    die_with_parent()
    json.dump(compile_probe(json.load(sys.stdin)), sys.stdout)
    return 0


def compile_probe(request: Mapping[str, Any]) -> dict[str, Any]:
    """`{"figures", "toolchain", "cubin_bytes"}`, with `"cubin"` (base64) where the request asks for it by `with_cubin`; or
    `{"error": {"rule", "message", "log"}}`."""
    try:
        _, kernel = load_both(request["allocators"], request["kernel"])
        compiled = compile_kernel(
            getattr(kernel, ENTRY), signature(request["elements"]), request["architecture"], request["threads"]
        )
    except ToolchainError as error:
        return {"error": {"rule": error.type, "message": str(error), "log": ""}}
    except CompileError as error:
        return {
            "error": {
                "rule": f"compile-{error.stage}",
                "message": str(error).partition("\n")[0],
                "log": error.log[-4000:],
            }
        }
    except ImportError as error:
        return {"error": {"rule": "packages-missing", "message": str(error), "log": ""}}
    answer = {
        "figures": compiled.figures.to_json(),
        "toolchain": compiled.toolchain.to_json(),
        "cubin_bytes": len(compiled.cubin),
    }
    if request.get("with_cubin"):
        answer["cubin"] = base64.b64encode(compiled.cubin).decode()
    return answer


def signature(elements: list[str]) -> Any:
    """The kernel's signature: arrays of int64, bytes, and one pool per element type."""
    from numba import types

    kinds: list[Any] = [types.uint8 if name in UINT8_ARGUMENTS else types.int64 for name in ARGUMENTS]
    kinds += [types.boolean if name == "bool" else getattr(types, name) for name in elements]
    return types.void(*(types.Array(kind, 1, "C") for kind in kinds))


if __name__ == "__main__":
    sys.exit(main())
