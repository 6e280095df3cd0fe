"""The documentation of the emitted `init`: which threads call it, and which barrier must follow."""

from __future__ import annotations

from warpack.gpu_runtime.emitters.plan import AllocatorPlan

_WARP = 32


def promise(plan: AllocatorPlan, block_barrier: str, warp_barrier: str) -> str:
    """The text, with the language's own names of barriers. Without the barrier, a slow thread would zero bytes that a
    fast one has written already."""
    regions = {slot.region for slot in plan.initial}
    if not regions:
        return "Does nothing: no memory of this layout that it could reach must read zero at the kernel's start."
    if "block" in regions:
        who, then = "Every thread of the block calls it", f"{block_barrier} must follow."
    elif "run" in regions and plan.threads_per_run > 1:
        who, then = "Every thread of a run calls it", f"{block_barrier} must follow."
        if _WARP % plan.threads_per_run == 0:
            then = f"{block_barrier} must follow, or {warp_barrier}: a run's threads lie in one warp."
    else:
        who, then = "Every thread calls it", "no barrier need follow: each zeroes its own memory only."
    return f"Zeroes what must read zero at the kernel's start.\n\n{who}, once, before anything else is written;\n{then}"
