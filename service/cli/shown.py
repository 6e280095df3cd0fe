"""Shows a layout on standard output: one screen of it, or all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from warpack.service.cli.terminal import out

if TYPE_CHECKING:
    from warpack.solver.wire.layout import Layout
    from warpack.solver.wire.manifest import Manifest


def show_layout(manifest: Manifest, layout: Layout, *, verbose: bool) -> None:
    """On a terminal, one screen is as high as the terminal."""
    console = out()
    if verbose:
        from warpack.service.render.view import layout_view

        for renderable in layout_view(manifest, layout, console.width):
            console.print(renderable)
        return
    from warpack.service.render.brief import LINES, brief_view

    lines = console.height - 2 if console.is_terminal else LINES
    for renderable in brief_view(manifest, layout, console, lines):
        console.print(renderable)
