"""What the emitted text says about itself, read without running it: its constants must be the layout's.

A stale file (another hash, other bytes to launch with) may have getters that agree with one another. No simulator
notices a base or a local array whose alignment is not declared.
"""

from __future__ import annotations

import ast
from typing import Any

from warpack.gpu_runtime.emitters.elements import handed_out
from warpack.solver.devices import device
from warpack.solver.wire.counts import number_of
from warpack.solver.wire.dtypes import DType
from warpack.solver.wire.layout import Layout
from warpack.solver.wire.manifest import Manifest
from warpack.solver.wire.units import Bytes, align_up

_ABSENT = "nothing"


def wrong_constants(allocators: str, manifest: Manifest, layout: Layout) -> list[dict[str, str]]:
    """`{"name", "said", "right"}` of each constant that is missing or differs from the layout's."""
    try:
        tree = ast.parse(allocators)
    except SyntaxError as error:
        return [{"name": "the module", "said": f"a syntax error in line {error.lineno}", "right": "Python"}]
    said = {
        node.targets[0].id: _value(node.value)
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
    }
    wrong = [
        {"name": name, "said": str(said.get(name, _ABSENT)), "right": str(right)}
        for name, right in _right(manifest, layout).items()
        if name not in said or said[name] != right or type(said[name]) is not type(right)
    ]
    opened = [
        node for node in ast.walk(tree) if isinstance(node, ast.Call) and ast.unparse(node.func) == "cuda.shared.array"
    ]
    if any("alignment=ALIGN" not in [ast.unparse(keyword) for keyword in node.keywords] for node in opened):
        wrong.append({"name": "cuda.shared.array", "said": "no alignment", "right": "alignment=ALIGN"})
    return wrong + _wrong_local_alignments(tree, said, manifest, layout)


def _wrong_local_alignments(
    tree: ast.Module, said: dict[str, Any], manifest: Manifest, layout: Layout
) -> list[dict[str, str]]:
    """Alignments of local arrays above the element's own: `ALIGN_64` must be 64, and each array that needs it must name
    it."""
    wrong = [
        {"name": name, "said": str(value), "right": name.removeprefix("ALIGN_")}
        for name, value in said.items()
        if name.startswith("ALIGN_") and str(value) != name.removeprefix("ALIGN_")
    ]
    declared = {
        node.name: [
            keyword.value.id
            for call in ast.walk(node)
            if isinstance(call, ast.Call) and ast.unparse(call.func) == "cuda.local.array"
            for keyword in call.keywords
            if keyword.arg == "alignment" and isinstance(keyword.value, ast.Name)
        ]
        for node in tree.body
        if isinstance(node, ast.FunctionDef)
    }
    needed: dict[str, list[str]] = {"thread_memory": []}
    kept: dict[DType, Bytes] = {}
    for placed in layout.buffers:
        buffer = manifest.by_name[placed.full_name]
        alignment = max(buffer.alignment_bytes, buffer.dtype.alignment_bytes)
        if placed.region == "local" and buffer.size:
            needed["thread_memory"] += _declared(buffer.dtype, alignment)
        elif placed.region == "persistent_local" and buffer.size:
            kept[buffer.dtype] = max(kept.get(buffer.dtype, 1), alignment)
    for dtype, alignment in kept.items():
        needed["thread_memory"] += _declared(dtype, alignment)
    for function, right in needed.items():
        if sorted(declared.get(function, [])) != sorted(right):
            wrong.append({"name": function, "said": str(declared.get(function, [])), "right": str(right)})
    missing = {name for right in needed.values() for name in right} - set(said)
    wrong += [{"name": name, "said": _ABSENT, "right": name.removeprefix("ALIGN_")} for name in sorted(missing)]
    return wrong


def _declared(dtype: DType, alignment_bytes: Bytes) -> list[str]:
    """The alignment that an array must declare: none where its elements have it anyway; numba takes multiples of 8."""
    own = handed_out(dtype).element.itemsize_bytes
    return [f"ALIGN_{max(8, alignment_bytes)}"] if alignment_bytes > own else []


def beyond_limits(manifest: Manifest, layout: Layout) -> list[str]:
    """Which limits of the architecture the launch breaks: a simulator has none of them."""
    launch, limits = layout.launch, device(manifest.target.compute_capability)
    if launch is None:
        return []
    found = []
    if launch.threads_per_block > limits.max_threads_per_block:
        found.append(
            f"{number_of(launch.threads_per_block, 'thread')} per block, at most {limits.max_threads_per_block} can start"
        )
    total = align_up(manifest.target.static_shared_bytes, launch.base_alignment_bytes) + launch.dynamic_shared_bytes
    if total > limits.max_smem_per_block_optin:
        found.append(f"{total} bytes of shared memory, a block has at most {limits.max_smem_per_block_optin}")
    elif total > limits.max_smem_per_block_default and not launch.opt_in:
        found.append(f"{total} bytes of shared memory, above {limits.max_smem_per_block_default} without opt_in")
    return found


def _right(manifest: Manifest, layout: Layout) -> dict[str, Any]:
    launch = layout.launch
    if launch is None:
        return {}
    return {
        "LAYOUT_SHA256": layout.sha256,
        "MANIFEST_SHA256": manifest.sha256,
        "COMPUTE_CAPABILITY": manifest.target.compute_capability,
        "THREADS_PER_BLOCK": launch.threads_per_block,
        "RUNS_PER_BLOCK": launch.runs_per_block,
        "THREADS_PER_RUN": manifest.launch.threads_per_run,
        "DYNAMIC_SHARED_BYTES": launch.dynamic_shared_bytes,
        "RUN_BYTES": launch.run_bytes,
        "PADDING_BYTES": launch.padding_bytes,
        "STRIDE_BYTES": launch.stride_bytes,
        "BLOCK_REGION_BYTES": launch.block_region_bytes,
        "REGION_GAP_BYTES": launch.region_gap_bytes,
        "BASE_ALIGNMENT_BYTES": launch.base_alignment_bytes,
        "LOCAL_BYTES": layout.local.local_bytes,
        "PERSISTENT_LOCAL_BYTES": layout.local.persistent_local_bytes,
        "OPT_IN": launch.opt_in,
        "IN_SIMULATOR": "bool(cuda.config.ENABLE_CUDASIM)",
        "ALIGN": launch.base_alignment_bytes,
    }


def _value(node: ast.expr) -> Any:
    """A constant's value; for one that depends on the mode, the GPU's (the emitter writes it last)."""
    if isinstance(node, ast.IfExp):
        node = node.orelse
    try:
        return ast.literal_eval(node)
    except ValueError:
        return ast.unparse(node)
