"""What the emitted text says about itself, read without running it: its constants must be the layout's.

A stale file (other hash, other bytes to launch with) may agree with itself in every getter; a base without its declared alignment
is seen by no simulator.
"""

from __future__ import annotations

import ast
from typing import Any

from solver.devices import device
from solver.wire.layout import Layout
from solver.wire.manifest import Manifest
from solver.wire.units import align_up

_ABSENT = "nothing"


def wrong_constants(allocators: str, manifest: Manifest, layout: Layout) -> list[dict[str, str]]:
    """`{"name", "said", "right"}` of each constant that is missing or another than the layout's."""
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
    return wrong


def beyond_limits(manifest: Manifest, layout: Layout) -> list[str]:
    """Which limits of the architecture the launch breaks: a simulator has none of them."""
    launch, limits = layout.launch, device(manifest.target.compute_capability)
    if launch is None:
        return []
    found = []
    if launch.threads_per_block > limits.max_threads_per_block:
        found.append(f"{launch.threads_per_block} threads per block, at most {limits.max_threads_per_block} can start")
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
        "ALIGN": launch.base_alignment_bytes,
    }


def _value(node: ast.expr) -> Any:
    """A constant's value; of one that is chosen by the mode, that of a GPU (the emitter writes it last)."""
    if isinstance(node, ast.IfExp):
        node = node.orelse
    try:
        return ast.literal_eval(node)
    except ValueError:
        return ast.unparse(node)
