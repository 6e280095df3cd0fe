"""A layout together with the manifest that it answers."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from warpack.service.cli.exits import BAD_INPUT, CommandFailed
from warpack.service.cli.inputs import STDIN, read_layout, read_manifest

if TYPE_CHECKING:
    from warpack.solver.wire.layout import Layout
    from warpack.solver.wire.manifest import Manifest

BESIDE = "manifest.json"
"""What `warpack solve --emit` names the manifest that it writes beside layout.json."""


def layout_with_manifest(source: str, text: bytes | None, manifest: str | None, use: str) -> tuple[Manifest, Layout]:
    """The two. `text` is the layout's, if it was read already; `use` is what is to be done with it, for messages.
    Raises CommandFailed if the manifest is not there or is another one."""
    layout = read_layout(source if text is None else text)
    beside = Path(source).parent / BESIDE
    if manifest is None and (source == STDIN or not beside.is_file()):
        raise CommandFailed(
            f"a layout is {use} with its manifest: give --manifest FILE, or put {BESIDE} beside the layout", BAD_INPUT
        )
    where = str(beside) if manifest is None else manifest
    problem = read_manifest(where)
    if layout.manifest_sha256 != problem.sha256:
        raise CommandFailed(
            f"the layout answers another manifest than {where}: give its own with --manifest", BAD_INPUT
        )
    return problem, layout
