"""The pictures by name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, get_args

from warpack.service.render.draw.beside import compared_maps
from warpack.service.render.draw.block_view import block_view
from warpack.service.render.draw.card import card
from warpack.service.render.draw.frontier import frontier_plot
from warpack.service.render.draw.memory_map import memory_map
from warpack.service.render.draw.palette import Theme
from warpack.service.render.draw.staircase import occupancy_staircase
from warpack.solver.wire.given import check_given
from warpack.solver.wire.layout import Layout
from warpack.solver.wire.manifest import Manifest

View = Literal["map", "block", "occupancy", "frontier", "compare", "card"]

VIEWS: tuple[View, ...] = get_args(View)

NARROWEST, WIDEST = 360, 4096
"""Pixels of a picture's width."""

_DRAWN: dict[View, Callable[..., str]] = {
    "map": memory_map,
    "block": block_view,
    "occupancy": occupancy_staircase,
    "frontier": frontier_plot,
    "compare": compared_maps,
    "card": card,
}


def draw(
    manifest: Manifest, layout: Layout, view: View = "map", theme: Theme = "auto", width: int | None = None
) -> str:
    """A picture of a layout as an SVG document.

    `view`: the memory `map` (phases across, bytes up), one `block`, the `occupancy` staircase, the `frontier`, before
    and after to `compare`, or a `card` to share. `theme`: `light`, `dark`, or as the reader's page (`auto`).
    `width`: pixels, 360 to 4,096; without it, as wide as a page. Below 760 pixels, what else stands side by side stands
    one below another. A card has its own size. An infeasible layout, or one that has nothing of the kind, gives a
    picture that says so. Raises ValueError for a view, theme or width that is none of these, and where the layout has
    buffers that the manifest does not name.
    """
    check_given("draw", manifest=manifest, layout=layout)
    if view not in _DRAWN:
        raise ValueError(f"no view {view!r}: there are {', '.join(VIEWS)}")
    if theme not in get_args(Theme):
        raise ValueError(f"no theme {theme!r}: there are {', '.join(get_args(Theme))}")
    if width is not None and not NARROWEST <= width <= WIDEST:
        raise ValueError(f"a picture is {NARROWEST} to {WIDEST} pixels wide, and not {width}")
    strange = [one.full_name for one in layout.buffers if one.full_name not in manifest.by_name]
    if strange:
        raise ValueError(f"the layout answers another manifest: this one names no {strange[0]}")
    drawn = _DRAWN[view]
    return drawn(manifest, layout, theme) if width is None or view == "card" else drawn(manifest, layout, theme, width)
