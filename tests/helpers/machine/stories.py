"""Random buffers for random programs: when each is accessed, what else is said of it, and which pairs are named
together."""

from __future__ import annotations

from random import Random
from typing import Any

from .timelines import Plan


class StoryTeller:
    """Fills `buffers`, `in_place` and `apart` for components whose timelines are `plans`."""

    def __init__(self, rng: Random, plans: dict[str, Plan], per_run: int, plain: bool) -> None:
        self.rng, self.plans, self.per_run, self.plain = rng, plans, per_run, plain
        self.buffers: list[dict[str, Any]] = []
        self.in_place: list[dict[str, Any]] = []
        self.apart: list[list[str]] = []
        self.intervals: dict[str, list[tuple[int, int]]] = {}
        self.mixed = rng.choice(("run", "block", "both", "both"))
        self.reach = rng.choice((0.0, 0.1, 0.3))
        self.asynchronous = rng.choice((0.0, 0.0, 0.25))

    def tell(self, count: int) -> None:
        while len(self.buffers) < count:
            self._buffer()
            if len(self.buffers) < count and self.rng.random() < 0.4:
                self._successor()
        self._words()

    def owner(self, component: str) -> str:
        return component if component in self.plans else ""

    def full(self, buffer: dict[str, Any]) -> str:
        return f"{buffer['component']}/{buffer['name']}" if buffer.get("component") else str(buffer["name"])

    def _buffer(self) -> None:
        rng = self.rng
        component = rng.choice((*self.plans, *(["plain"] if self.plain else [])))
        plan = self.plans[self.owner(component)]
        buffer: dict[str, Any] = {"name": f"b{len(self.buffers)}", "size": rng.choice((1, 2, 4)), "dtype": "float32"}
        if component:
            buffer["component"] = component
        if self.mixed == "block" or (self.mixed == "both" and rng.random() < 0.5):
            buffer["scope"] = "block"
        kind = rng.random()
        if kind < 0.02:
            buffer["persistent"] = True
        elif kind < 0.04:
            pass
        elif kind < 0.06:
            buffer["lifetime"] = []
        elif kind < 0.18:
            buffer["size"] = 4
            buffer["parts"] = [
                {"name": f"q{n}", "offset": 2 * n, "size": 2, **self._statement(plan, None), **self._reentry()}
                for n in (0, 1)
            ]
            if rng.random() < 0.5:
                buffer["splittable"] = True
        else:
            buffer.update(self._statement(plan, self.full(buffer)))
        buffer.update(self._reentry())
        if rng.random() < self.asynchronous:
            buffer["async"] = True
        if rng.random() < 0.1 and "parts" not in buffer:
            buffer["stages"] = 2
        if rng.random() < 0.15:
            buffer["zero"] = rng.choice(("entry", "interval"))
        self._legal_zero(buffer, plan, component)
        self.buffers.append(buffer)

    def _reentry(self) -> dict[str, str]:
        return {"reentry": "dropped"} if self.rng.random() < 0.4 else {}

    def _legal_zero(self, buffer: dict[str, Any], plan: Plan, component: str) -> None:
        if buffer.get("zero") == "entry" and not buffer.get("persistent"):
            starts = [first for first, _ in self.intervals.get(self.full(buffer), [])]
            if self.owner(component) or (
                0 not in starts and ("lifetime" in buffer or "accesses_in" in buffer or "parts" in buffer)
            ):
                del buffer["zero"]
        if buffer.get("zero") == "interval" and not self.intervals.get(self.full(buffer)):
            del buffer["zero"]

    def _statement(self, plan: Plan, name: str | None) -> dict[str, Any]:
        rng = self.rng
        if rng.random() < 0.35:
            phases = rng.sample(range(plan.length), min(plan.length, rng.choice((1, 1, 2, 2, 3))))
            words = {p: rng.choice(("writes", "writes", "updates", "reads", "reads", "both")) for p in phases}
            said = {
                word: [
                    plan.phase(p)
                    for p in sorted(words)
                    if words[p] == word or (words[p] == "both" and word != "updates")
                ]
                for word in ("writes", "updates", "reads")
            }
            return {"accesses_in": {word: listed for word, listed in said.items() if listed}}
        intervals = self._lifetime(plan)
        if name is not None:
            self.intervals[name] = intervals
        return {"lifetime": [self._written(plan, first, last) for first, last in intervals]}

    def _written(self, plan: Plan, first: int, last: int) -> list[int | str]:
        return [plan.phase(first), plan.phase(last)] if plan.names else [first, last + 1]

    def _lifetime(self, plan: Plan) -> list[tuple[int, int]]:
        """One to three intervals (first, last) that do not begin in one another, most of them short."""
        rng, found = self.rng, list[tuple[int, int]]()
        taken: set[int] = set()
        for _ in range(rng.choice((1, 1, 1, 1, 1, 2, 3))):
            first = rng.randrange(plan.length)
            last = min(
                plan.length - 1,
                first + (rng.choice((1, 2, 3)) if rng.random() < self.reach else rng.choice((0, 0, 0, 0, 1))),
            )
            if rng.random() < self.reach / 2:
                last = rng.randrange(plan.length)
            held = self._held(plan, first, last)
            if held is None or first in taken or held & {one for one, _ in found}:
                continue
            if held & taken and rng.random() < 0.8:
                continue
            taken |= held
            found.append((first, last))
        return found or [(rng.randrange(plan.length),) * 2]

    def _held(self, plan: Plan, first: int, last: int) -> set[int] | None:
        arms = [dict(plan.arms[first]), dict(plan.arms[last])]
        if any(arms[1].get(branch, arm) != arm for branch, arm in arms[0].items()):
            return None
        if first <= last:
            return set(range(first, last + 1))
        around = [loop["span"] for loop in plan.loops if loop["span"][0] <= last and first < loop["span"][1]]
        if not around or not last + 1 < first + 1 or (not plan.names and last + 1 > first):
            return None
        start, end = min(around, key=lambda span: span[1] - span[0])
        return set(range(first, end)) | set(range(start, last + 1))

    def _successor(self) -> None:
        """A buffer that may be computed in place of the last one, whose lifetime is often made to end there."""
        rng, read = self.rng, self.buffers[-1]
        name = self.full(read)
        plan = self.plans[self.owner(read.get("component", ""))]
        if not self.intervals.get(name):
            return
        first, phase = rng.choice(self.intervals[name])
        if first == phase and phase + 1 < plan.length and self._held(plan, first, phase + 1) is not None:
            phase += 1
            read["lifetime"] = [self._written(plan, first, phase)]
            self.intervals[name] = [(first, phase)]
        last = min(plan.length - 1, phase + rng.choice((0, 0, 1, 2)))
        if self._held(plan, phase, last) is None:
            last = phase
        write = {key: value for key, value in read.items() if key not in ("lifetime", "zero", "reentry")}
        write["name"] = f"b{len(self.buffers)}"
        write["lifetime"] = [self._written(plan, phase, last)]
        write.update(self._reentry())
        self.buffers.append(write)
        self.intervals[self.full(write)] = [(phase, last)]
        self.in_place.append({"phase": plan.phase(phase), "read": name, "write": self.full(write)})

    def _words(self) -> None:
        rng = self.rng
        if len(self.buffers) > 1 and rng.random() < 0.15:
            self.apart.append(sorted(map(self.full, rng.sample(self.buffers, 2))))
        if len(self.buffers) > 1 and rng.random() < 0.2:
            one, other = rng.sample(self.buffers, 2)
            pair = sorted((self.full(one), self.full(other)))
            if pair not in self.apart and one.get("zero") != "entry" and other.get("zero") != "entry":
                one["aliases"] = self.full(other)
