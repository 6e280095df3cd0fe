"""Random kernels of the kind that integrators and solvers generate: 60 to 120 buffers in nested components.

Vectors of one or two lengths, small matrices, scalars; stage stores whose rows live at fixed offsets one after the
other; results computed in place; contents carried round loops; a component with a timeline of its own; and where
several threads serve a run, barriers, and tables that a whole block shares.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random
from typing import Any

from benchmarks.instances.instance import Instance
from benchmarks.instances.kernel_program import Part, Program, write_program

FAMILY = "kernels"


def kernel(seed: int, buffers: int | None = None) -> Instance:
    """`buffers`: how many, 60 to 120 unless said."""
    random = Random(f"kernel {seed}")  # a string: the same on every Python and machine
    count = random.randint(60, 120) if buffers is None else buffers
    program = write_program(random)
    threads_per_run = random.choice((1, 1, 1, 2, 4, 8, 32))
    writer = _Writer(random, program, threads_per_run, random.choice(("float32", "float32", "float64")))
    writer.write(count)
    name = f"kernel {count}, seed {seed}"
    document = {
        "schema": "warpack/manifest/1",
        "name": name,
        "target": {"compute_capability": random.choice(("8.0", "8.6", "9.0")), "shared_budget_bytes": "opt-in"},
        "launch": {"threads_per_run": threads_per_run, "threads_multiple": 32},
        "timeline": {"length": program.length, "loops": program.loops, "barriers": writer.barriers()},
        "components": writer.components,
        "buffers": writer.buffers,
        "in_place": writer.in_place,
        "apart": writer.pairs_apart(),
        "validation": "static",
    }
    return Instance(FAMILY, name, document)


@dataclass
class _Writer:
    random: Random
    program: Program
    threads_per_run: int
    dtype: str
    buffers: list[dict[str, Any]] = field(default_factory=list)
    in_place: list[dict[str, Any]] = field(default_factory=list)
    components: list[dict[str, Any]] = field(default_factory=list)
    rewritten: set[int] = field(default_factory=set)
    """Phases that compute in place: they need a barrier where several threads serve a run."""

    def __post_init__(self) -> None:
        self.components = [{"path": part.path} for part in self.program.parts]
        self.lengths = self.random.choice(((8,), (12,), (10, 3), (16, 5), (24, 7), (30, 12)))

    def write(self, count: int) -> None:
        if self.random.random() < 0.4:
            self._helper()
        kinds = (self._scratch, self._carried, self._rows, self._rewrite, self._scalar, self._kept, self._table)
        weights = (50, 12, 10, 12, 12, 4, 3 if self.threads_per_run > 1 else 1)
        while len(self.buffers) < count:
            (kind,) = self.random.choices(kinds, weights)
            if kind != self._rewrite or len(self.buffers) < count - 1:
                kind(self.random.choice(self.program.parts))

    def barriers(self) -> list[dict[str, Any]]:
        """Barriers: before most phases where several threads serve a run; before a few phases, of the block, where one
        thread does."""
        often = 0.7 if self.threads_per_run > 1 else 0.1
        placed = []
        for phase in range(1, self.program.length):
            if phase in self.rewritten or self.random.random() < often:
                wide = self.threads_per_run == 1 or self.random.random() < 0.3
                placed.append({"before": phase, "scope": "block" if wide else "run"})
        return placed

    def pairs_apart(self) -> list[list[str]]:
        """Asynchronous copies: up to three pairs of buffers, in one scope, that never share a byte."""
        plain = [one for one in self.buffers if "scope" not in one and not one.get("persistent")]
        chosen = [self.random.sample(plain, 2) for _ in range(self.random.randint(0, 3))]
        return [[f"{one['component']}/{one['name']}", f"{other['component']}/{other['name']}"] for one, other in chosen]

    def _add(self, part: Part | str, **fields: Any) -> str:
        path = part if isinstance(part, str) else part.path
        name = f"b{len(self.buffers)}"
        self.buffers.append({"name": name, "component": path, "dtype": self.dtype, **fields})
        return f"{path}/{name}"

    def _size(self) -> int:
        """Mostly vectors; now and then a few of them side by side, or a small square matrix."""
        length = self.random.choice(self.lengths)
        return length * self.random.choice((1, 1, 1, 1, 1, 2, 2, 3, min(length, 8)))

    def _between(self, part: Part, first: int, last: int) -> list[list[int]]:
        """From one of the component's steps to another, in each of its calls."""
        return [[own[first], own[last] + 1] for own in part.calls]

    def _anywhere(self, part: Part) -> list[list[int]]:
        first, last = sorted(self.random.choices(range(part.steps), k=2))
        return self._between(part, first, last)

    def _scratch(self, part: Part) -> None:
        """Written and read within each call; now and then in some calls only."""
        spans = self._anywhere(part)
        if self.random.random() < 0.1:
            spans = sorted(self.random.sample(spans, self.random.randint(1, len(spans))))
        alignment = {"alignment_bytes": 16} if self.random.random() < 0.05 else {}
        self._add(part, size=self._size(), lifetime=spans, **alignment)

    def _carried(self, part: Part) -> None:
        """From late in a loop's body to early in its next trip."""
        if not part.loops:
            return self._scratch(part)
        cut = self.random.randint(1, part.steps - 2)
        first, last = self.random.randint(cut + 1, part.steps - 1), self.random.randint(0, cut - 1)
        self._add(part, size=self._size(), lifetime=self._between(part, first, last))
        return None

    def _rows(self, part: Part) -> None:
        """A stage store in one piece: row after row is written, and each is read up to the end or to a step of its
        own."""
        length, count = self.random.choice(self.lengths), self.random.randint(2, 7)
        rows = []
        for row in range(count):
            first = row * part.steps // count
            last = part.steps - 1 if self.random.random() < 0.6 else self.random.randint(first, part.steps - 1)
            lifetime = self._between(part, first, last)
            rows.append({"name": f"row{row}", "offset": row * length, "size": length, "lifetime": lifetime})
        self._add(part, size=count * length, parts=rows)

    def _rewrite(self, part: Part) -> None:
        """One vector computed from another, element by element, in one step of each call."""
        size, at = self._size(), self.random.randrange(1, part.steps)
        read = self._add(part, size=size, lifetime=self._between(part, self.random.randrange(at), at))
        write = self._add(part, size=size, lifetime=self._between(part, at, self.random.randrange(at, part.steps)))
        self.in_place += [{"phase": own[at], "read": read, "write": write} for own in part.calls]
        self.rewritten |= {own[at] for own in part.calls}

    def _scalar(self, part: Part) -> None:
        """Flags and counters, in widths of their own."""
        dtype = self.random.choice(("int32", "int32", "uint8", "float64", "int16"))
        self._add(part, size=self.random.randint(1, 4), dtype=dtype, lifetime=self._anywhere(part))

    def _kept(self, part: Part) -> None:
        """State: live throughout."""
        self._add(part, size=self.random.choice(self.lengths), persistent=True, zero="entry")

    def _table(self, part: Part) -> None:
        """One for the whole block."""
        self._add(part, size=4 * self._size(), scope="block", lifetime=self._anywhere(part))

    def _helper(self) -> None:
        """A component that is independent of its caller: it has a timeline of its own, which runs at every call."""
        caller = self.random.choice(self.program.parts)
        path, length = f"{caller.path}/helper", self.random.randint(3, 6)
        called = sorted(self.random.choice(own) for own in caller.calls)
        self.components.append(
            {"path": path, "timeline": {"length": length, "barriers": "every"}, "called_in": sorted(set(called))}
        )
        for _ in range(self.random.randint(3, 6)):
            first, last = sorted(self.random.choices(range(length), k=2))
            self._add(path, size=self._size(), lifetime=[[first, last + 1]])
