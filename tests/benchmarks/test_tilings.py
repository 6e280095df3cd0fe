"""Tilings: the known optimum really is a packing of that height, and no phase leaves a byte free."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest

from benchmarks.checking import judge
from benchmarks.instances.tilings import Tile, Tiling, guillotine, pinwheel
from warpack.solver.flatten import flatten

Maker = Callable[[int, int], Tiling]
BOTH = pytest.mark.parametrize("make", [guillotine, pinwheel])


@BOTH
@pytest.mark.parametrize(("count", "seed"), [(1, 0), (2, 0), (10, 3), (11, 1), (57, 0), (400, 0)])
def test_tiles_cover_the_rectangle_once(make: Maker, count: int, seed: int) -> None:
    tiling = make(count, seed)
    assert len(tiling.tiles) == count
    for phase in range(tiling.phases):
        column = sorted(
            (tile.offset, tile.offset + tile.size) for tile in tiling.tiles if tile.start <= phase < tile.end
        )
        assert [start for start, _ in column] == [0, *(end for _, end in column[:-1])]
        assert column[-1][1] == tiling.height


@BOTH
def test_the_tiles_own_places_are_a_layout_of_the_optimum(make: Maker) -> None:
    tiling = make(40, 2)
    instance = tiling.instance("tilings", 2)
    manifest = instance.manifest(1.0)
    judged = judge(manifest, flatten(manifest), [tile.offset for tile in tiling.tiles], (), frozenset())
    assert (judged.run_bytes, judged.fault) == (instance.optimum_bytes, None)
    assert judged.run_bytes == tiling.height


@BOTH
def test_a_seed_gives_one_tiling_and_another_seed_another(make: Maker) -> None:
    assert make(30, 1) == make(30, 1)
    assert Counter(make(30, 1).tiles) != Counter(make(30, 2).tiles)


def test_one_pinwheel_cannot_be_cut_straight_and_a_guillotine_tiling_can() -> None:
    assert not comes_apart(list(pinwheel(5, 0).tiles))
    assert comes_apart(list(guillotine(30, 0).tiles))


@BOTH
def test_a_tiling_has_at_least_one_tile(make: Maker) -> None:
    with pytest.raises(ValueError, match="at least one tile"):
        make(0, 0)


def comes_apart(tiles: list[Tile]) -> bool:
    """Whether straight cuts, each through the whole of what is left, separate all tiles."""
    if len(tiles) <= 1:
        return True
    for low, high in ((0, 1), (2, None)):
        for tile in tiles:
            cut = tile[low] if high is not None else tile.offset
            ends = [one.end if high is not None else one.offset + one.size for one in tiles]
            below = [one for one, end in zip(tiles, ends, strict=True) if end <= cut]
            above = [one for one in tiles if one[low] >= cut]
            if below and above and len(below) + len(above) == len(tiles):
                return comes_apart(below) and comes_apart(above)
    return False
