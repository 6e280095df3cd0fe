"""Which colour a buffer has: the hue of its component, in one of a few shades."""

from __future__ import annotations

from dataclasses import dataclass

from warpack.service.render.draw.palette import HUES, SHADES
from warpack.solver.wire.layout import Layout


@dataclass(frozen=True)
class Colours:
    """`hues`: by component, in the order of the layout's buffers. Where all buffers belong to one component each buffer
    has a hue of its own, and `hues` is empty."""

    hues: dict[str, int]
    _buffers: dict[str, tuple[int, int]]

    @classmethod
    def of(cls, layout: Layout) -> Colours:
        on_chip = [one for one in layout.buffers if one.region in ("run", "block", "pool") and one.size_bytes]
        hues = {path: number for number, path in enumerate(dict.fromkeys(one.component for one in on_chip))}
        if len(hues) < 2:
            found = {one.full_name: (n % len(HUES), n // len(HUES) % SHADES) for n, one in enumerate(on_chip)}
            return cls({}, found)
        count = dict.fromkeys(hues, 0)
        found = {}
        for one in on_chip:
            found[one.full_name] = hues[one.component] % len(HUES), count[one.component] % SHADES
            count[one.component] += 1
        return cls(hues, found)

    def __getitem__(self, buffer: str) -> tuple[int, int]:
        """Hue and shade of a buffer by its full name."""
        return self._buffers.get(buffer, (0, 0))
