"""Random Triton kernels with loops and pipelining, as source text: the same text for the same seed.

Each is a row of steps on one or two tiles: a product over a loop that is pipelined, a reduction, a scan, a
transposition, a change of layout by a second product, a softmax. What a step leaves is what the next one takes.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Any

_HEAD = '''"""Generated: see benchmarks/triton_kernels/generated.py."""

import triton
import triton.language as tl
from triton.experimental import gluon
from triton.experimental.gluon import language as gl
'''

_SIGNATURE = "*fp16:16,*fp16:16,*fp16:16,*fp32:16,i32:16,i32:16"


@dataclass(frozen=True, slots=True)
class Case:
    """One kernel, and how it is compiled. `source`: None where it stands in `file`, beside this one."""

    name: str
    signature: str
    compute_capability: str
    options: dict[str, Any]
    source: str | None = None
    file: str = ""


def generated(count: int, gluon: int = 0) -> list[Case]:
    """`count` kernels with loops and pipelining, then `gluon` straight ones that allocate by themselves."""
    return [*(_case(seed) for seed in range(count)), *(_gluon_case(seed) for seed in range(gluon))]


def source_of(cases: list[Case]) -> str:
    """A module with all of them."""
    return _HEAD + "".join(case.source or "" for case in cases)


def _case(seed: int) -> Case:
    random = Random(seed)
    size, inner = random.choice([32, 64, 128]), random.choice([32, 64])
    lines = [
        f"    m, n, i = tl.arange(0, {size}), tl.arange(0, {size}), tl.arange(0, {inner})",
        f"    x = tl.zeros(({size}, {size}), tl.float32)",
    ]
    for step in range(random.randint(2, 5)):
        lines += [f"    {line}" for line in random.choice(_STEPS)(random, step, size, inner)]
    lines.append("    tl.store(d + m[:, None] * s + n[None, :], x)")
    name = f"generated_{seed}"
    source = f"\n\n@triton.jit\ndef {name}(a, b, c, d, k, s):\n" + "\n".join(lines) + "\n"
    options = {"num_warps": random.choice([4, 4, 8]), "num_stages": random.choice([2, 3, 4])}
    return Case(name, _SIGNATURE, random.choice(["8.0", "9.0"]), options, source)


def _gluon_case(seed: int) -> Case:
    """In Gluon, whose authors say themselves what lies in shared memory and when: 20 to 40 buffers."""
    random = Random(1000 + seed)
    sizes = [128, 256, 512, 1024, 2048, 4096]
    lines = ["    line: gl.constexpr = gl.BlockedLayout([1], [32], [4], [0])"]
    lines.append("    plain: gl.constexpr = gl.SwizzledSharedLayout(1, 1, 1, [0])")
    for size in sizes:
        lines.append(f"    i{size} = gl.arange(0, {size}, layout=line)")
        lines.append(f"    v{size} = gl.load(a + i{size})")
    waiting: list[tuple[str, int]] = []
    for number in range(random.randint(20, 40)):
        size, kind = random.choice(sizes), random.choice(["float32", "float16", "int8"])
        lines.append(f"    b{number} = gl.allocate_shared_memory(gl.{kind}, [{size}], plain, v{size}.to(gl.{kind}))")
        waiting.append((f"b{number}", size))
        while len(waiting) > 2 and random.random() < 0.08 * len(waiting):
            lines.append(_load(*waiting.pop(random.randrange(len(waiting)))))
    lines += [_load(*one) for one in waiting]
    lines += [f"    gl.store(d + i{size}, v{size})" for size in sizes]
    name = f"gluon_{seed}"
    source = f"\n\n@gluon.jit\ndef {name}(a, d):\n" + "\n".join(lines) + "\n"
    return Case(name, "*fp32:16,*fp32:16", random.choice(["8.0", "9.0"]), {"num_warps": 4}, source)


def _load(name: str, size: int) -> str:
    return f"    v{size} += {name}.load(line).to(gl.float32)"


def _product(random: Random, step: int, size: int, inner: int) -> list[str]:
    left, right = random.sample("abc", 2)
    second = random.random() < 0.4
    body = [
        f"for at{step} in range(0, k, {inner}):",
        f"    u{step} = tl.load({left} + m[:, None] * s + at{step} + i[None, :])",
        f"    v{step} = tl.load({right} + (at{step} + i)[:, None] * s + n[None, :])",
        f"    x = tl.dot(u{step}, v{step}, x)",
    ]
    if second:
        body.append(f"    x += tl.sum(u{step}.to(tl.float32), 1)[:, None]")
    return body


def _reduction(random: Random, step: int, size: int, inner: int) -> list[str]:
    axis, rule = random.choice([0, 1]), random.choice(["sum", "max"])
    spread = "[None, :]" if axis == 0 else "[:, None]"
    return [f"r{step} = tl.{rule}(x, {axis})", f"x = x - r{step}{spread}"]


def _softmax(random: Random, step: int, size: int, inner: int) -> list[str]:
    return ["x = tl.exp(x - tl.max(x, 1)[:, None])", "x = x / tl.sum(x, 1)[:, None]"]


def _scan(random: Random, step: int, size: int, inner: int) -> list[str]:
    return [f"x = tl.cumsum(x, {random.choice([0, 1])})"]


def _transposition(random: Random, step: int, size: int, inner: int) -> list[str]:
    return ["x = tl.trans(x) + tl.load(a + m[:, None] * s + n[None, :]).to(tl.float32)"]


def _again(random: Random, step: int, size: int, inner: int) -> list[str]:
    other = random.choice("abc")
    return [
        f"w{step} = tl.load({other} + m[:, None] * s + n[None, :])",
        f"x = tl.dot(x.to(tl.float16), w{step})",
    ]


def _scan_in_loop(random: Random, step: int, size: int, inner: int) -> list[str]:
    other = random.choice("abc")
    return [
        f"for row{step} in range(0, k, {size}):",
        f"    y{step} = tl.load({other} + (row{step} + m)[:, None] * s + n[None, :]).to(tl.float32)",
        f"    x += tl.cumsum(y{step}, {random.choice([0, 1])})",
        f"    x = tl.dot(y{step}.to(tl.float16), tl.trans(x).to(tl.float16))",
    ]


_STEPS = (_product, _product, _reduction, _softmax, _scan, _transposition, _again, _scan_in_loop)
