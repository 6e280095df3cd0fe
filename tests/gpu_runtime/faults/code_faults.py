"""Faults in the emitted text, in the probe kernel and in the plan that is run; the layout is right in all of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.gpu_runtime.faults.planted import Edit, Fault, Planted, in_function, replaced
from tests.gpu_runtime.faults.subjects import solved

A, B = "return view_at(memory[1], 3, 5)", "return view_at(memory[1], 8, 5)"
"""What the getters of `a` and `b` say in the text for the subject `plain`."""

_LEAVES = "state = cuda.local.array("
_LAST = "report[mine] = 1"
_CHECKS = "if op == 1 and high > low:"


def _code(subject: str, edit: Edit) -> Callable[[], Planted]:
    return lambda: Planted(*solved(subject), allocators=edit)


def _kernel(subject: str, edit: Edit) -> Callable[[], Planted]:
    return lambda: Planted(*solved(subject), kernel=edit)


def _stale(text: str) -> str:
    sha256 = solved("plain")[1].sha256
    return replaced((f'"{sha256}"', f'"{sha256[::-1]}"'))(text)


def _swapped(text: str) -> str:
    return replaced((A, "return BOTH"), (B, A), ("return BOTH", B))(text)


def _only_simulated(text: str) -> str:
    chosen = "FIRST = 3 if IN_SIMULATOR else 2\nALIGN = "
    return replaced(("\nALIGN = ", f"\n{chosen}"), (A, "return view_at(memory[1], FIRST, 5)"))(text)


def _clears_all(text: str) -> str:
    return text.rstrip() + (
        "\n    every = cuda.shared.array(0, types.uint8, alignment=ALIGN)"
        "\n    for i in range(DYNAMIC_SHARED_BYTES, every.size):"
        "\n        every[i] = types.uint8(0)\n"
    )


def _scribbles(text: str) -> str:
    old = "return memory[2]"
    every = "every = cuda.shared.array(0, types.float32, alignment=ALIGN)"
    return replaced((old, f"{every}\n    every[16] = types.float32(1)\n    {old}"))(text)


def _without_barrier(plan: dict[str, Any]) -> dict[str, Any]:
    scripts = [
        script | {"waits": [[wait for wait in waits if wait[0] != "run"] for waits in script["waits"]]}
        for script in plan["scripts"]
    ]
    return plan | {"scripts": scripts}


def _pass_left_out(plan: dict[str, Any]) -> dict[str, Any]:
    return plan | {"passes": plan["passes"][:-1]}


CODE_FAULTS = (
    Fault("a getter is one element further on", "code", _code("plain", replaced((A, "return view_at(memory[1], 4, 5)")))),
    Fault("a getter's view is one element short", "code", _code("plain", replaced((A, "return view_at(memory[1], 3, 4)")))),
    Fault("the getters of two buffers of equal size are swapped", "code", _code("plain", _swapped)),
    Fault("getters agree with one another, but not with the layout: every run has another run's window", "code", _code(
        "plain", replaced(("* run,", "* (5 - run),")))),
    Fault("two runs share a window", "code", _code("plain", replaced(("* run,", "* (run // 2),")))),
    Fault("a view of the wrong element type", "code", _code("plain", replaced(("types.float32", "types.int32"))), compiled=True),
    Fault("a misaligned view of bytes", "code", _code(
        "plain", replaced((A, "return memory[0][13:33].view(types.float32)"))), compiled=True),
    Fault("a getter that fails", "code", _code("plain", replaced((A, "return view_at(memory[9], 3, 5)"))), compiled=True),
    Fault("the getter of a buffer that is never used is misplaced", "code", _code(
        "unused", in_function("unused", ", 0, 2)", ", 1, 2)"))),
    Fault("code that is right in the simulator only", "code", _code("plain", _only_simulated)),
    Fault("init zeroes nothing", "code", _code("plain", in_function("init", "zero_state(memory)", "return"))),
    Fault("a zero function leaves the last element", "code", _code("again", replaced((", 3), 3)", ", 3), 2)")))),
    Fault("init leaves persistent local storage as it is", "code", _code(
        "local", in_function("init", "zero_k1(memory)", "return"))),
    Fault("init zeroes all memory behind the layout's, too", "code", _code("plain", _clears_all)),
    Fault("a local array is one element too long", "code", _code(
        "local", replaced(("cuda.local.array(3, types.float32)", "cuda.local.array(4, types.float32)")))),
    Fault("a local array's getter writes into shared memory", "code", _code("local", _scribbles)),
    Fault("threads take the wrong run, four of them serving one", "code", _code(
        "team", replaced(("thread_in_block() // THREADS_PER_RUN", "thread_in_block() % RUNS_PER_BLOCK")))),
    Fault("the text is of an older layout", "code", _code("plain", _stale)),
    Fault("the base alignment is not declared", "code", _code("plain", replaced(("else 16", "else None")))),
    Fault("static shared memory that no layout counts", "code", _code("plain", replaced((
        "cuda.shared.array(0, types.uint8", "cuda.shared.array(400, types.uint8"))), compiled=True),
    Fault("a thread leaves early", "kernel", _kernel(
        "plain", replaced((_LEAVES, f"if t == 1:\n        return\n    {_LEAVES}")))),
    Fault("a thread leaves right before its end", "kernel", _kernel(
        "plain", replaced((_LAST, f"if t == 1:\n        return\n    {_LAST}")))),
    Fault("a thread leaves out its checks", "kernel", _kernel(
        "plain", replaced((_CHECKS, f"if op == 1 and t == 1:\n{' ' * 24}high = low\n{' ' * 20}{_CHECKS}")))),
    Fault("a barrier that not all threads reach", "kernel", _kernel("plain", replaced((
        _LEAVES, f"if t == 0:\n        cuda.syncthreads()\n    else:\n        cuda.syncwarp(1 << t % 32)\n    {_LEAVES}")))),
    Fault("the barrier before a hand-over is not run", "plan", lambda: Planted(*solved("team"), plan=_without_barrier)),
    Fault("a pass is not run", "plan", lambda: Planted(*solved("plain"), plan=_pass_left_out)),
)  # fmt: skip
