"""Random kernels of a block of threads, and how they run: from barrier to barrier, one thread after the other.

`t` is the thread's index, `n` is the same for all threads, and `x` gives each thread answers of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import combinations, product
from random import Random
from typing import Any

from hypothesis import strategies as st

from tests.gpu_runtime.trace.static.running import EnoughError, Event, Noted, Run

THREADS, ELEMENTS = 3, 4
BARRIER = "cuda.syncthreads()"

LINES = (
    ("{u}[t] = s",),
    ("s += {u}[t]",),
    ("s += {u}[2 - t]",),
    ("s += {u}[{k}]",),
    ("{u}[t + 1] = s",),
    ("if t == {k}:", "    {u}[{m}] = s"),
    ("if t == {k}:", "    for i in range(4):", "        {u}[i] = s"),
    ("if t != {k}:", "    {u}[t] = s", "else:", "    {u}[t] = 1"),
    ("if t < {k}:", "    {u}[t] = s", "    s += {u}[t]"),
    ("if t < {k}:", "    {u}[t] = s", "else:", "    {v}[t] = s"),
    ("for i in range(t, 4, 3):", "    {u}[i] = s"),
    ("for i in range(4):", "    s += {u}[i]"),
    ("if x[0] > 0:", "    {u}[t] = s"),
    ("if x[0] > 0:", "    s += {u}[t]"),
    ("if t == 0:", "    {u}[:] = s"),
    (BARRIER,),
    (BARRIER,),
    (BARRIER,),
)


@st.composite
def block_programs(draw: st.DrawFn) -> str:
    """The source of `kernel(x, n, out)`."""
    lines = ["@kernel", "def kernel(x, n, out):"]
    lines += [f"    {name} = shared_array({ELEMENTS})" for name in "abc"]
    lines += ["    t = cuda.threadIdx.x", "    s = 0"]
    _block(draw, lines, 1, draw(st.integers(4, 8)))
    return "\n".join([*lines, "    out[0] = s"])


def _block(draw: st.DrawFn, lines: list[str], depth: int, count: int) -> None:
    for _ in range(count):
        pad = "    " * depth
        kind = draw(st.sampled_from(["lines"] * 5 + ["if n > 0:", f"for r{len(lines)} in range(n):"] * (depth < 3)))
        if kind != "lines":
            lines.append(pad + kind)
            _block(draw, lines, depth + 1, draw(st.integers(1, 3)))
            continue
        u, v = draw(st.permutations("abc"))[:2]
        names = {"u": u, "v": v, "k": draw(st.integers(0, 2)), "m": draw(st.integers(0, 3))}
        lines.extend(pad + line.format(**names) for line in draw(st.sampled_from(LINES)))


def orders(source: str, runs: int = 12) -> Iterator[list[Event]]:
    """The events of executions of all threads, in several orders of theirs; none in which threads race."""
    code = compile(source.replace(BARRIER, "yield") + "\n    yield", "block", "exec")
    random = Random(len(source))
    for n, _ in product(range(3), range(runs)):
        answers = [random.randrange(2) for _ in range(12 * THREADS)]
        stretches = _stretches(code, n, answers)
        if stretches and not any(_races(stretch) for stretch in stretches):
            for order in (range(THREADS), range(THREADS - 1, -1, -1)):
                yield [event for stretch in stretches for thread in order for event in stretch[thread]]


def _stretches(code: Any, n: int, answers: list[int]) -> list[list[list[Event]]]:
    """From barrier to barrier, the events of each thread."""
    threads = []
    for thread in range(THREADS):
        run = Run(answers[thread::THREADS])
        names: dict[str, Any] = {"kernel": lambda function: function, "cuda": _Cuda(thread)}
        names["shared_array"] = _arrays(run)
        exec(code, names)
        threads.append((run, names["kernel"](run, n, {})))
    stretches = []
    while threads:
        going = [False] * THREADS
        starts = [len(run.events) for run, _ in threads]
        for thread, (_, steps) in enumerate(threads):
            with suppress(StopIteration, EnoughError, IndexError):
                next(steps)
                going[thread] = True
        stretches.append([run.events[start:] for (run, _), start in zip(threads, starts, strict=True)])
        if not all(going):
            return stretches if not any(going) else []
    return stretches


def _arrays(run: Run) -> Callable[[int], Noted]:
    made = iter("abc")
    return lambda count: Noted(run, next(made), list(range(count)), {})


class _Cuda:
    def __init__(self, thread: int) -> None:
        self.threadIdx = type("Index", (), {"x": thread})


def _races(stretch: list[list[Event]]) -> bool:
    touched = [{(name, element, written) for name, element, written, _ in events} for events in stretch]
    return any(
        (name, element) == (other, at) and (written or also)
        for one, two in combinations(touched, 2)
        for name, element, written in one
        for other, at, also in two
    )


def conflicts(events: list[Event]) -> set[frozenset[str]]:
    """Pairs of which one is accessed while an element of the other is needed."""
    spans: dict[tuple[str, int, int], int] = {}
    written: dict[tuple[str, int], int] = {}
    for time, (name, element, is_write, _) in enumerate(events):
        if is_write:
            written[name, element] = time
        if (name, element) in written:
            spans[name, element, written[name, element]] = time
    return {
        frozenset((name, events[time][0]))
        for (name, _, start), end in spans.items()
        for time in range(start, end + 1)
        if events[time][0] != name
    }
