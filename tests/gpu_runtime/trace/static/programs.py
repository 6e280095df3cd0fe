"""Random small kernels as source text. Their arrays are `a`, `b` and `c`; what they do depends on `x`, of which nobody
knows anything, and, with threads, on `n`, which is the same for all of them."""

from __future__ import annotations

from dataclasses import dataclass, field

from hypothesis import strategies as st

N = 3
"""Elements of each array."""

HELPERS = f"""
@device
def fill(u, x):
    for i in range({N}):
        u[i] = x[i]

@device
def total(u):
    s = 0
    for i in range({N}):
        s += u[i]
    return s

@device
def first_half(u, x):
    u[0] = x[0]
    if x[1] > 0:
        return u[0]
    u[1] = x[1]
    u[2] = x[2]
    return u[2]

@device
def copy(u, v, count):
    for i in range(count):
        v[i] = u[i]

@device
def passed_on(u, v, x):
    fill(u, x)
    copy(u, v, {N})
    return total(v)

@device
def either(u, v, x):
    if x[0] > 0:
        return u
    return v

@device
def scratch(x):
    d = local_array({N})
    fill(d, x)
    return total(d)
"""


@dataclass
class Text:
    """Lines as they are written; `loops` counts names for the counters of loops."""

    lines: list[str] = field(default_factory=list)
    loops: int = 0

    def add(self, depth: int, *lines: str) -> None:
        self.lines.extend("    " * depth + line for line in lines)

    def counter(self) -> str:
        self.loops += 1
        return f"i{self.loops}"


SIMPLE = (
    "{u}[{k}] = x[{k}]",
    "s += {u}[{k}]",
    "{u}[x[{k}]] = s",
    "s += {u}[x[{k}]]",
    "{u}[:] = {k}",
    "{u}[{k}:] = s",
    "{u}[{k}] = {v}[{m}]",
    "{u}[{k}] += 1",
    "fill({u}, x)",
    "s += total({u})",
    "s += first_half({u}, x)",
    "copy({u}, {v}, 3)",
    "copy({u}, {v}, {k})",
    "copy({u}[{k}:], {v}, 1)",
    "s += passed_on({u}, {v}, x)",
    "s += scratch(x)",
    "p = {u}",
    "p, q = q, p",
    "p = {u} if x[{k}] > 0 else {v}",
    "p = either({u}, {v}, x)",
    "s += p[{k}]",
    "q[{k}] = s",
    "p[:] = s",
    "fill(q, x)",
    "r = {u}[{k}:]",
    "r[0] = s",
    "s += r[0]",
    "s += ({u}, {v})[x[{k}] & 1][{m}]",
)
BODIES = (
    ("{u}[{i}] = x[{i}]",),
    ("s += {u}[{i}]",),
    ("{u}[{i}] = {v}[{i}]",),
    ("{u}[{i}] = {v}[2 - {i}]",),
    ("{u}[{i}] = x[{i}]", "s += {u}[{i}]"),
    ("{u}[{i}] = s", "{v}[{i}] = {u}[{i}]"),
    ("if x[{i}] > 0:", "    {u}[{i}] = s"),
    ("if x[{i}] > 0:", "    break", "{u}[{i}] = s"),
    ("if x[{i}] > 0:", "    continue", "{u}[{i}] = s"),
    ("if {i} > 0:", "    s += {u}[{i} - 1]", "{u}[{i}] = s"),
    ("{u}[{i}] = s", "for j in range({i}):", "    s += {u}[j]"),
    ("for j in range({i}, 3):", "    {u}[j] = s", "    s += {v}[{i}]"),
    ("r = {u}[{i}:]", "r[0] = s"),
    ("r[0] = s", "r = {u}[{i}:]", "s += r[0]"),
)
LOOPS = (
    "range(3)",
    "range(3)",
    "range(3)",
    "range(2)",
    "range(1, 3)",
    "range(0, 3, 2)",
    "range(2, -1, -1)",
    "range(x[0])",
    "range(x[1] + 1)",
)


@st.composite
def programs(draw: st.DrawFn) -> str:
    """The source of `kernel(x)` of one thread, its device functions before it."""
    text = Text()
    text.add(0, HELPERS, "@kernel", "def kernel(x, out):")
    text.add(1, *(f"{name} = local_array({N})" for name in "abc"), "s = 0", "p = a", "q = b", "r = c")
    text.add(1, *(f"fill({name}, x)" for name in "abc" if draw(st.booleans())))
    for _ in range(draw(st.integers(2, 6))):
        _statement(draw, text, 1)
    text.add(1, *(f"s += total({name})" for name in "abc" if draw(st.booleans())), "out[0] = s")
    return "\n".join(text.lines)


def _names(draw: st.DrawFn) -> dict[str, str]:
    u, v = draw(st.permutations("abc"))[:2]
    return {"u": u, "v": v, "k": str(draw(st.integers(0, 2))), "m": str(draw(st.integers(0, 2)))}


def _statement(draw: st.DrawFn, text: Text, depth: int) -> None:
    kinds = ["simple", "loop", "reading"] + ["if", "repeat", "filling", "using", "while", "return"] * (depth < 3)
    match draw(st.sampled_from(kinds)):
        case "simple":
            text.add(depth, draw(st.sampled_from(SIMPLE)).format(**_names(draw)))
        case "loop":
            counter, names = text.counter(), _names(draw)
            text.add(depth, f"for {counter} in {draw(st.sampled_from(LOOPS))}:")
            text.add(depth + 1, *(line.format(i=counter, **names) for line in draw(st.sampled_from(BODIES))))
        case "if":
            text.add(depth, f"if x[{draw(st.integers(0, 2))}] > 0:")
            _block(draw, text, depth + 1)
            if draw(st.booleans()):
                text.add(depth, "else:")
                _block(draw, text, depth + 1)
        case "repeat":
            text.add(depth, f"for {text.counter()} in {draw(st.sampled_from(LOOPS))}:")
            _block(draw, text, depth + 1)
        case "while":
            text.add(depth, "while True:")
            _block(draw, text, depth + 1)
            text.add(depth + 1, "if x[0] > 0:", "    break")
            _block(draw, text, depth + 1)
        case "reading":
            text.add(depth, f"s += total({_names(draw)['u']})")
        case "filling" | "using" as kind:
            counter, u = text.counter(), _names(draw)["u"]
            text.add(depth, f"for {counter} in {draw(st.sampled_from(LOOPS))}:", f"    {u}[{counter}] = s")
            _block(draw, text, depth + 1)
            text.add(depth + 1, f"s += {u}[{counter}]" if kind == "using" else f"{u}[{counter}] += 1")
        case "return":
            text.add(depth, "if x[1] > 1:", "    return")


def _block(draw: st.DrawFn, text: Text, depth: int) -> None:
    for _ in range(draw(st.integers(1, 2))):
        _statement(draw, text, depth)
