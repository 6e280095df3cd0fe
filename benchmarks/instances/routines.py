"""Routines that make up solvers and integrators: each has buffers of its own, and appends its phases at every call."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random

from benchmarks.instances.liveness import Step


@dataclass
class Recording:
    """The phases that the calls have appended so far. `sizes` (elements) and `rows` (0: in one piece) are those of each
    buffer."""

    length: int
    steps: list[Step] = field(default_factory=list)
    loops: list[tuple[int, int]] = field(default_factory=list)
    sizes: dict[str, int] = field(default_factory=dict)
    rows: dict[str, int] = field(default_factory=dict)

    def buffer(self, path: str, name: str, size: int | None = None, rows: int = 0) -> str:
        """A vector unless `size` is given."""
        full = f"{path}/{name}"
        self.sizes[full] = self.length if size is None else size
        self.rows[full] = rows
        return full

    def step(self, name: str, reads: Sequence[str], writes: Sequence[str], *, elementwise: bool = False) -> None:
        self.steps.append(Step(f"{name}.{len(self.steps)}", tuple(reads), tuple(writes), elementwise))

    def loop(self, start: int) -> None:
        """Makes the phases from `start` on a loop."""
        self.loops.append((start, len(self.steps)))


class Routine:
    """`kind` says what is done, `children` what is called for it. `kept`: contents wanted at the next call, where there
    are any."""

    def __init__(self, recording: Recording, path: str, depth: int, random: Random) -> None:
        self._recording, self.path = recording, path
        self._kind = random.choice(("chain", "descent", "window") if depth == 0 else ("stages", "newton", "pipeline"))
        self._count = random.randint(2, 5)
        self.children = [
            Routine(recording, f"{path}/part{number}", depth - 1, random)
            for number in range(random.randint(1, 3) if depth else 0)
        ]
        self.kept = [recording.buffer(path, "kept")] if random.random() < 0.25 else []

    def all(self) -> list[Routine]:
        return [self, *(one for child in self.children for one in child.all())]

    def call(self, inputs: Sequence[str], output: str) -> None:
        """Appends one call."""
        {
            "chain": self._chain,
            "descent": self._descent,
            "window": self._window,
            "stages": self._stages,
            "newton": self._newton,
            "pipeline": self._pipeline,
        }[self._kind](list(inputs), output)

    def _step(self, name: str, reads: Sequence[str], writes: Sequence[str], *, elementwise: bool = False) -> None:
        self._recording.step(f"{self.path.rsplit('/', 1)[1]}.{name}", reads, writes, elementwise=elementwise)

    def _buffer(self, name: str, size: int | None = None, rows: int = 0) -> str:
        return self._recording.buffer(self.path, name, size, rows)

    def _store(self, name: str) -> list[str]:
        """A buffer of rows, as the names of its rows."""
        whole = self._buffer(name, self._recording.length * self._count, self._count)
        return [f"{whole}#row{row}" for row in range(self._count)]

    def _chain(self, inputs: list[str], output: str) -> None:
        """Temporaries, each from the two before it."""
        line = list(inputs)
        for number in range(self._count):
            line.append(self._buffer(f"t{number}"))
            self._step("next", line[-3:-1], line[-1:], elementwise=number % 2 == 1)
        self._step("last", [line[-1], inputs[0], *self.kept], [output, *self.kept])

    def _descent(self, inputs: list[str], output: str) -> None:
        """A linear solve by repeated steps along a direction."""
        residual, direction, image = (self._buffer(name) for name in ("residual", "direction", "image"))
        length, turn = self._buffer("length", 1), self._buffer("turn", 1)
        self._step("start", [*inputs, *self.kept], [residual, direction, output])
        start = len(self._recording.steps)
        self._step("apply", [direction], [image])
        self._step("length", [image, direction, residual], [length])
        self._step("move", [length, direction, image, residual, output], [residual, output])
        self._step("turn", [residual], [turn])
        self._step("redirect", [residual, turn, direction], [direction], elementwise=True)
        self._recording.loop(start)
        self._step("end", [output, residual], [output, *self.kept])

    def _window(self, inputs: list[str], output: str) -> None:
        """Rows filled one from another, then mixed."""
        rows, weights = self._store("window"), self._buffer("weights", self._count)
        for number, row in enumerate(rows):
            self._step("fill", [*inputs, *rows[max(0, number - 1) : number]], [row])
        self._step("weigh", inputs[:1], [weights])
        self._step("mix", [*rows, weights, *self.kept], [output, *self.kept])

    def _stages(self, inputs: list[str], output: str) -> None:
        """A Runge-Kutta step: each stage from all stages before it, through a child."""
        rows, base, slope = self._store("stages"), self._buffer("base"), self._buffer("slope")
        control, error = self._buffer("control", 2), self._buffer("error")
        self._step("begin", [*inputs, *self.kept], [control])
        for number, row in enumerate(rows):
            self._step("base", [inputs[0], control, *rows[:number]], [base])
            self.children[number % len(self.children)].call([base, *inputs[1:2]], slope)
            self._step("stage", [slope], [row], elementwise=True)
        self._step("sum", [inputs[0], control, *rows], [output, error])
        self._step("control", [error, output, control], [control, *self.kept])

    def _newton(self, inputs: list[str], output: str) -> None:
        """An iterate that its children correct until it holds."""
        iterate, defect, change = (self._buffer(name) for name in ("iterate", "defect", "change"))
        norm = self._buffer("norm", 1)
        self._step("guess", [*inputs, *self.kept], [iterate], elementwise=True)
        start = len(self._recording.steps)
        self.children[0].call([iterate, inputs[0]], defect)
        for child in self.children[1:]:
            child.call([defect, iterate], change)
        if len(self.children) == 1:
            self._step("solve", [defect], [change], elementwise=True)
        self._step("norm", [change, defect], [norm])
        self._step("correct", [iterate, change, norm], [iterate], elementwise=True)
        self._recording.loop(start)
        self._step("hand over", [iterate, norm], [output, *self.kept], elementwise=True)

    def _pipeline(self, inputs: list[str], output: str) -> None:
        """Each child works on what the ones before it made."""
        made = list(inputs)
        for number, child in enumerate(self.children):
            made.append(self._buffer(f"y{number}"))
            child.call(made[-3:-1], made[-1])
        self._step("gather", [*made, *self.kept], [output, *self.kept])
