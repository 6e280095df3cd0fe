"""`warpack draw`."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter, validators

from warpack.service.cli.exits import BAD_INPUT, DONE, INFEASIBLE, CommandFailed
from warpack.service.cli.inputs import STDIN, read_manifest, stdin_bytes
from warpack.service.cli.options import Quiet
from warpack.service.cli.outputs import need_file
from warpack.service.cli.pairs import BESIDE, layout_with_manifest
from warpack.service.cli.terminal import be_quiet, note, write_text
from warpack.service.render.draw.palette import Theme
from warpack.service.render.draw.views import NARROWEST, WIDEST, View

if TYPE_CHECKING:
    from warpack.solver.wire.layout import Layout
    from warpack.solver.wire.manifest import Manifest


def draw(
    source: Annotated[
        str,
        Parameter(
            help="File of a layout (JSON), or of a manifest (JSON, .yaml or .toml); - is standard input (JSON or YAML)."
        ),
    ],
    /,
    *,
    manifest: Annotated[
        str | None,
        Parameter(help=f"With a layout: the manifest that it answers, if it is not {BESIDE} in the same folder."),
    ] = None,
    view: Annotated[
        View,
        Parameter(
            help="The memory map, one block, the occupancy staircase, the frontier, before and after, or a card to share."
        ),
    ] = "map",
    theme: Annotated[Theme, Parameter(help="For light or dark pages, or as the reader's page is.")] = "auto",
    width: Annotated[
        int | None,
        Parameter(
            help="Pixels, 360 to 4096; without it, as wide as a page. Narrow pictures have one thing below another.",
            validator=validators.Number(gte=NARROWEST, lte=WIDEST),
        ),
    ] = None,
    output: Annotated[
        Path | None, Parameter(name=["--output", "-o"], help="Write to this file, not to standard output.")
    ] = None,
    quiet: Quiet = False,
) -> int:
    """Draw a layout as an SVG document: complete, without scripts, and with nothing to load.

    Of a manifest the layout is found first, as "warpack solve" finds it.

    Exit code 0: drawn. 2: what was given cannot
    be read, or the layout is not the manifest's. 3: infeasible; the picture says so.
    """
    from warpack.service.render.draw.frontier import unchosen
    from warpack.service.render.draw.views import draw as drawn

    be_quiet(quiet)
    to_screen = output is None or str(output) in ("-", STDIN)
    if output is not None and not to_screen:
        need_file(output)
    problem, layout = _read(source, manifest, view)
    if view == "frontier" and layout.frontier is None:
        why = unchosen(problem) or 'the layout has none: solve its manifest with "frontier": true'
        raise CommandFailed(f"there is no frontier to draw: {why}", BAD_INPUT)
    text = drawn(problem, layout, view, theme, width)
    if output is None or to_screen:
        write_text(text)
    else:
        output.write_text(text, encoding="utf-8")
        note(f"Wrote {output}.")
    return INFEASIBLE if layout.status == "infeasible" else DONE


def _read(source: str, manifest: str | None, view: View) -> tuple[Manifest, Layout]:
    """The manifest, and the layout that was given or found."""
    text = stdin_bytes() if source == STDIN else _content(source)
    if text is not None and _is_layout(text):
        return layout_with_manifest(source, text, manifest, "drawn")
    if manifest is not None:
        raise CommandFailed(f"--manifest goes with a layout, and {source} is none", BAD_INPUT)
    return _solved(read_manifest(source, text), view)


def _content(path: str) -> bytes | None:
    """None where it cannot be read: who reads it next says why."""
    try:
        return Path(path).read_bytes()
    except OSError:
        return None


def _is_layout(text: bytes) -> bool:
    try:
        document = json.loads(text)
    except ValueError:
        return False
    return isinstance(document, dict) and str(document.get("schema", "")).startswith("warpack/layout/")


def _solved(manifest: Manifest, view: View) -> tuple[Manifest, Layout]:
    from warpack.service.cli.interruptible import optimize_interruptibly
    from warpack.service.cli.searching import searching

    if view == "frontier":
        manifest = replace(manifest, frontier=True)
    with searching("static") as search:
        layout, interrupted = optimize_interruptibly(manifest, search.optimize, search.doing)
    if interrupted:
        note(f"Interrupted: the best layout so far, {layout.status}.")
    return manifest, layout
