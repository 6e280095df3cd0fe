"""What is known of each place of a function before it runs."""

from __future__ import annotations

from dataclasses import dataclass, field

Spot = tuple[int, int]
"""Line and column in one file."""

Span = tuple[int, int, int, int]
"""First line, first column, last line, last column, as the syntax tree and the positions of code both have them."""

LOAD, STORE = "load", "store"


@dataclass(eq=False, slots=True)
class Loop:
    """A loop of a function. `spot`: where its header begins. `order`, `last_order`: the first and last number in it.

    `test_order`: of a `while`, the last number of its test, else None. `least_trips`: what the source alone promises.
    `endless`: `while True`. `breaks`: for each `break` out of it the number of the last place before.
    """

    spot: Spot
    order: int
    last_order: int = 0
    test_order: int | None = None
    least_trips: int = 0
    endless: bool = False
    breaks: list[int] = field(default_factory=list)
    returns: bool = False


@dataclass(eq=False, slots=True)
class Place:
    """A place of a function: an expression or a statement. `order`: when Python comes to it, against other places.

    `loops`: those around it, outer first. `conditional`: some way through the function, or through a trip of its
    innermost loop, leaves it out. `after_return`: a way through the function may have returned before.
    """

    spot: Spot
    order: int
    loops: tuple[Loop, ...]
    conditional: bool
    after_return: bool


@dataclass(frozen=True, slots=True)
class FunctionFacts:
    """All of a function. `places`: by span and by whether it is loaded (or called) or stored to."""

    name: str
    file: str
    line: int
    places: dict[tuple[Span, str], Place]
    loops: tuple[Loop, ...]

    def place(self, span: Span, kind: str) -> Place:
        """The place that an instruction belongs to: the very one, or the last that begins no later."""
        found = self.places.get((span, kind)) or self.places.get((span, LOAD)) or self.places.get((span, STORE))
        if found is None:
            before = [place for place in self.places.values() if place.spot <= span[:2]]
            found = max(before or self.places.values(), key=lambda place: (place.spot, place.order))
        return found
