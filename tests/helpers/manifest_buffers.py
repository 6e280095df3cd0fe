"""Random buffers: scopes, locations, lifetimes, parts, aliases, pins, zeros and in-place pairs that keep every rule."""

from __future__ import annotations

import itertools
from random import Random
from typing import Any

from tests.helpers.manifest_timelines import Clock, chance

DTYPES: dict[str | tuple[int, int], tuple[int, int]] = {
    "bool": (1, 1),
    "int8": (1, 1),
    "float16": (2, 2),
    "float32": (4, 4),
    "int32": (4, 4),
    "float64": (8, 8),
    "complex64": (8, 8),
    "complex128": (16, 16),
    (12, 4): (12, 4),
}
"""Itemsize and natural alignment in bytes; a pair stands for an opaque dtype."""

Span = tuple[int, int]


class _Buffers:
    def __init__(self, random: Random, clocks: list[Clock], threads_per_run: int) -> None:
        self.random, self.clocks, self.threads_per_run = random, clocks, threads_per_run
        self.documents: list[dict[str, Any]] = []
        self.clock_of: list[Clock] = []
        self.pinned_end = {"run": 0, "block": 0}

    def add(self) -> None:
        random = self.random
        clock = random.choice(self.clocks)
        dtype = random.choice(list(DTYPES))
        itemsize, alignment = DTYPES[dtype]
        size = random.randint(1, 60) if chance(random, 0.1) else random.choice([1, 2, 3, 5, 8, 10, 16, 30, 0])
        buffer: dict[str, Any] = {
            "name": f"b{len(self.documents)}",
            "component": random.choice(clock.components),
            "size": size,
            "dtype": dtype if isinstance(dtype, str) else {"itemsize_bytes": dtype[0], "alignment_bytes": dtype[1]},
        }
        if chance(random, 0.2):
            buffer["scope"] = "block"
        if buffer.get("scope", "run") == "run" and self.threads_per_run == 1 and chance(random, 0.25):
            buffer["location"] = random.choice(["local", "auto"])
            if chance(random, 0.5):
                buffer["accesses"] = random.randint(0, 100)
        if chance(random, 0.15):
            alignment = buffer["alignment_bytes"] = max(alignment, random.choice([4, 16, 32]))
        self._live(buffer, clock)
        if "location" not in buffer and size and chance(random, 0.08):
            region = buffer.get("scope", "run")
            offset = -(-self.pinned_end[region] // alignment) * alignment
            buffer["pinned_offset_bytes"] = offset
            self.pinned_end[region] = offset + size * itemsize
        self.documents.append(buffer)
        self.clock_of.append(clock)

    def _live(self, buffer: dict[str, Any], clock: Clock) -> None:
        random, size = self.random, buffer["size"]
        kind = 1 - random.random()  # the simplest choice: one stated lifetime
        if kind < 0.12:
            buffer["persistent"] = True
            if chance(random, 0.3):
                buffer["zero"] = random.choice([True, "entry"])
        elif kind < 0.2:
            if chance(random, 0.3) and self.clocks[0] is clock and buffer["component"] not in clock.active:
                buffer["zero"] = "entry"
        elif kind < 0.25:
            buffer["lifetime"] = []
        elif kind < 0.45 and size > 1:
            self._parts(buffer, clock)
        elif buffer["component"] in clock.active and chance(random, 0.4):
            buffer["lifetime"] = "active"
        else:
            buffer["lifetime"] = self._intervals(clock, buffer["component"])
            if chance(random, 0.15) and buffer["lifetime"]:
                buffer["zero"] = "interval"

    def _parts(self, buffer: dict[str, Any], clock: Clock) -> None:
        random, size = self.random, buffer["size"]
        cuts = sorted({0, size, *(random.randrange(1, size) for _ in range(random.randint(1, 2)))})
        named = chance(random, 0.5)
        buffer["parts"] = []
        for index, (start, end) in enumerate(itertools.pairwise(cuts)):
            part: dict[str, Any] = {"offset": start, "size": end - start}
            if named:
                part["name"] = f"row{index}"
            part["lifetime"] = self._intervals(clock, buffer["component"])
            buffer["parts"].append(part)
        if chance(random, 0.2):
            buffer["splittable"] = True

    def _intervals(self, clock: Clock, component: str) -> list[Any]:
        """One to three intervals that do not overlap: plain, touching, in names, or wrapped round a loop."""
        random = self.random
        loops = [loop for loop in clock.loops if loop[1] - loop[0] > 1]
        allowed = clock.active.get(component, (0, clock.length))
        if loops and chance(random, 0.4):
            wrapped = self._wrapped(clock, random.choice(loops), allowed)
            if wrapped is not None:
                return [wrapped]
        cuts = sorted(random.sample(range(clock.length + 1), min(clock.length + 1, random.choice([2, 2, 2, 3, 4]))))
        pairs = list(itertools.pairwise(cuts))
        spans = [span for span in pairs if allowed[0] <= span[0] < allowed[1] and chance(random, 0.8)]
        if not spans:
            spans = [(allowed[0], random.randint(allowed[0] + 1, clock.length))]
        return [self._spelled(clock, span) for span in spans]

    def _wrapped(self, clock: Clock, loop: Span, allowed: Span) -> list[Any] | None:
        """A start after the end, inside `loop`, with no smaller loop that holds both."""
        random = self.random
        end = random.randint(loop[0] + 1, loop[1] - 1)
        start = random.randint(end, loop[1] - 1)
        if not allowed[0] <= start < allowed[1]:
            return None
        if start == end:  # only in names: both inclusive
            return [clock.names[start], clock.names[end - 1]] if clock.names else None
        return [start, end]

    def _spelled(self, clock: Clock, span: Span) -> list[Any]:
        if clock.names and chance(self.random, 0.5):
            return [clock.names[span[0]], clock.names[span[1] - 1]]
        return list(span)

    def add_aliases(self) -> None:
        """Aliases to earlier buffers of the same scope, where one side gives no lifetime: never a circle."""
        for index, buffer in enumerate(self.documents):
            for earlier in self.documents[:index]:
                gives = [bool({"lifetime", "parts"} & set(one)) for one in (buffer, earlier)]
                same_scope = buffer.get("scope") == earlier.get("scope")
                if same_scope and not all(gives) and chance(self.random, 0.15):
                    buffer.setdefault("aliases", []).append(_full_name(earlier))

    def add_in_place(self) -> list[dict[str, Any]]:
        """Pairs of new buffers: the read one ends in a phase, the write one starts in it."""
        random = self.random
        pairs: list[dict[str, Any]] = []
        for _ in range(3):
            if not chance(random, 0.2):
                continue
            clock = random.choice(self.clocks)
            components = [path for path in clock.components if path not in clock.active]
            if not components:
                continue
            phase = random.randrange(clock.length)
            start, end = random.randint(0, phase), random.randint(phase + 1, clock.length)
            component, size = random.choice(components), random.randint(1, 12)
            dtype = random.choice([name for name in DTYPES if isinstance(name, str)])
            scope = random.choice(["run", "run", "block"])
            names = []
            for lifetime in ([start, phase + 1], [phase, end]):
                name = f"b{len(self.documents)}"
                common = {"name": name, "component": component, "size": size, "dtype": dtype, "scope": scope}
                if chance(random, 0.3):  # as a row of a larger buffer
                    rest = {"name": "rest", "offset": size, "size": 2, "lifetime": [[phase, phase + 1]]}
                    row = {"name": "row", "offset": 0, "size": size, "lifetime": [lifetime]}
                    self.documents.append({**common, "size": size + 2, "parts": [row, rest]})
                    names.append(f"{_full_name(common)}#row")
                else:
                    self.documents.append({**common, "lifetime": [lifetime]})
                    names.append(_full_name(common))
                self.clock_of.append(clock)
            pairs.append({"phase": phase, "read": names[0], "write": names[1]})
        return pairs


def random_buffers(
    random: Random, clocks: list[Clock], threads_per_run: int, count: int
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """About `count` buffers, and the in-place pairs among them."""
    made = _Buffers(random, clocks, threads_per_run)
    for _ in range(count):
        made.add()
    made.add_aliases()
    return made.documents, made.add_in_place()


def _full_name(buffer: dict[str, Any]) -> str:
    return f"{buffer['component']}/{buffer['name']}" if buffer["component"] else str(buffer["name"])
