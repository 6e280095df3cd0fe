"""`warpack explain`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from warpack.service.cli.exits import BAD_INPUT, DONE, CommandFailed
from warpack.service.cli.options import Json
from warpack.service.cli.pairs import BESIDE, layout_with_manifest
from warpack.service.cli.terminal import out, write_json
from warpack.service.render.text import plain

if TYPE_CHECKING:
    from warpack.solver.wire.layout import Layout


def explain(
    layout: Annotated[str, Parameter(help="File of the layout (JSON); - is standard input.")],
    buffer: Annotated[str, Parameter(help="Its full name, or the last part of it if no other buffer has that.")],
    /,
    *,
    manifest: Annotated[
        str | None, Parameter(help=f"The manifest that the layout answers, if it is not {BESIDE} in the same folder.")
    ] = None,
    json: Json = False,
) -> int:
    """Say why a buffer lies where it does, who shares its bytes, and what would free it.

    Tells when the buffer is needed and why, which others have its bytes at which times and what orders them, what lies
    below it that it must not overlap, what it costs at the peak, and the single changes that would let it move or fit.

    Exit code 0: explained. 2: the files cannot be read or do not belong together, or there is no such buffer.
    """
    from rich.text import Text

    from warpack.service.explained import explain as explained
    from warpack.service.render.explained import explained_figures
    from warpack.service.render.figures import figures_table

    problem, placed = layout_with_manifest(layout, None, manifest, "explained")
    name = _named(placed, buffer)
    found = explained(problem, placed, name)
    if json:
        from json import dumps

        write_json(dumps(found.to_json(), ensure_ascii=False))
        return DONE
    declared = problem.by_name[name]
    console = out()
    console.print(Text(plain(name), style="bold") + Text(f"  {declared.dtype}[{declared.size}]", style="dim"))
    console.print()
    console.print(figures_table(explained_figures(found)))
    return DONE


def _named(layout: Layout, name: str) -> str:
    """The full name of the one buffer that is meant. Raises CommandFailed if none or several are."""
    if not layout.buffers:
        raise CommandFailed(f"the layout is {layout.status}: it places no buffers", BAD_INPUT)
    names = list(layout.by_name)
    bare = name.partition("#")[0]
    if bare in layout.by_name:
        return bare
    meant = [full for full in names if full.endswith(f"/{bare}")]
    if len(meant) == 1:
        return meant[0]
    if meant:
        raise CommandFailed(f"{name!r} may be {', '.join(meant)}: give the full name", BAD_INPUT)
    from difflib import get_close_matches

    short = {full.rpartition("/")[2]: full for full in names}
    near = get_close_matches(bare, names, n=3) or [short[one] for one in get_close_matches(bare, short, n=3)]
    raise CommandFailed(
        f"the layout has no buffer {name!r}" + (f": did you mean {' or '.join(near)}?" if near else ""), BAD_INPUT
    )
