"""Tilings of a rectangle, phases by bytes: every tile a buffer, the rectangle's height the optimum.

A tiling leaves no gap, so every phase is full to the height and no layout has fewer bytes; and the tiles' own places
are a layout of that height. A guillotine tiling comes apart along straight cuts. A pinwheel (four blades round a
centre) is the smallest tiling that does not.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import NamedTuple

from benchmarks.instances.instance import Instance, region_manifest


class Tile(NamedTuple):
    """Phases `[start, end)`, bytes `[offset, offset + size)`."""

    start: int
    end: int
    offset: int
    size: int

    @property
    def area(self) -> int:
        return (self.end - self.start) * self.size


@dataclass(frozen=True)
class Tiling:
    """`tiles` cover phases `[0, phases)` by bytes `[0, height)` without gap or overlap, in an order that tells
    nothing."""

    phases: int
    height: int
    tiles: tuple[Tile, ...]

    def instance(self, family: str, seed: int) -> Instance:
        name = f"{family} {len(self.tiles)}, seed {seed}"
        buffers = [
            {"name": f"b{number}", "size": tile.size, "dtype": "uint8", "lifetime": [[tile.start, tile.end]]}
            for number, tile in enumerate(self.tiles)
        ]
        return Instance(family, name, region_manifest(name, self.phases, buffers), self.height)


def guillotine(count: int, seed: int) -> Tiling:
    """`count` tiles by straight cuts, each through the whole of a tile, which is drawn by area."""
    return _tiling(count, seed, lambda _missing: False)


def pinwheel(count: int, seed: int) -> Tiling:
    """`count` tiles by pinwheels inside pinwheels; straight cuts only for what a multiple of four leaves over."""
    return _tiling(count, seed, lambda missing: missing >= 4)


def _tiling(count: int, seed: int, pinwheels: Callable[[int], bool]) -> Tiling:
    """`pinwheels` says, given the number of tiles still missing, whether the next step is a pinwheel."""
    if count < 1:
        raise ValueError(f"a tiling has at least one tile, not {count}")
    random = Random(f"{count} {seed}")  # a string: seeds of one count do not repeat those of another
    phases = max(12, count * random.choice((1, 4)))
    height = max(64, count * random.choice((8, 160)))
    tiles = [Tile(0, phases, 0, height)]
    while len(tiles) < count:
        turn = pinwheels(count - len(tiles)) and any(_turnable(tile) for tile in tiles)
        able = [at for at, tile in enumerate(tiles) if (_turnable(tile) if turn else tile.area > 1)]
        at = random.choices(able, weights=[tiles[i].area for i in able])[0]
        tiles[at : at + 1] = _turn(tiles[at], random) if turn else _cut(tiles[at], random)
    random.shuffle(tiles)
    return Tiling(phases, height, tuple(tiles))


def _cut(tile: Tile, random: Random) -> list[Tile]:
    """Two tiles, one after the other or one above the other."""
    start, end, offset, size = tile
    if size == 1 or (end - start > 1 and random.random() < 0.5):
        phase = random.randint(start + 1, end - 1)
        return [Tile(start, phase, offset, size), Tile(phase, end, offset, size)]
    lower = random.randint(1, size - 1)
    return [Tile(start, end, offset, lower), Tile(start, end, offset + lower, size - lower)]


def _turnable(tile: Tile) -> bool:
    return tile.end - tile.start >= 3 and tile.size >= 3


def _turn(tile: Tile, random: Random) -> list[Tile]:
    """Four blades round a centre."""
    start, end, bottom, size = tile
    top = bottom + size
    wide = random.randint(1, (end - start - 1) // 2)
    high = random.randint(1, (size - 1) // 2)
    return [
        Tile(start, end - wide, bottom, high),
        Tile(end - wide, end, bottom, size - high),
        Tile(start + wide, end, top - high, high),
        Tile(start, start + wide, bottom + high, size - high),
        Tile(start + wide, end - wide, bottom + high, size - 2 * high),
    ]
