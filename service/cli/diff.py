"""`warpack diff`."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from warpack.service.cli.exits import BAD_INPUT, DONE, FAILED, CommandFailed
from warpack.service.cli.inputs import STDIN, stdin_bytes
from warpack.service.cli.options import Quiet, Verbose
from warpack.service.cli.terminal import complain, complain_of, out, write_json
from warpack.solver.wire.problems import ManifestError

if TYPE_CHECKING:
    from pathlib import Path

    from warpack.service.differences import Change
    from warpack.solver.reading.texts.written import Written
    from warpack.solver.wire.layout import Layout
    from warpack.solver.wire.manifest import Manifest


def diff(
    before: Annotated[
        str, Parameter(help="File of a manifest (JSON, .yaml, .toml) or of a layout; - is standard input.")
    ],
    after: Annotated[str, Parameter(help="File of the other one, of the same kind.")],
    /,
    *,
    json: Annotated[bool, Parameter(negative="", show_default=False, help="Print all changes as JSON.")] = False,
    verbose: Verbose = False,
    quiet: Quiet = False,
) -> int:
    """Say what changed from one manifest to another, or from one layout to another, buffer by buffer.

    Manifests are compared as they are read: comments, the order of fields and defaults that are written out change
    nothing. Of layouts, seconds and versions are left out.

    Exit code 0: they say the same. 1: they differ. 2: one of
    the two cannot be read, or they are of different kinds.
    """
    if before == after == STDIN:
        raise CommandFailed("both cannot come from standard input", BAD_INPUT)
    found: list[Manifest | Layout] = []
    bad = False
    for source in (before, after):
        try:
            found.append(_read(source))
        except ManifestError as fault:
            complain(f"{source or repr(source)}:")
            complain_of(fault.problems)
            bad = True
    if bad:
        return BAD_INPUT
    kind, changes = _compared(*found)
    if json:
        from json import dumps

        document = {"kind": kind, "equal": not changes, "changes": [change.to_json() for change in changes]}
        write_json(dumps(document, ensure_ascii=False))
    elif not quiet:
        from warpack.service.render.changes import MOST_ROWS, changes_view

        for renderable in changes_view(kind, changes, len(changes) if verbose else MOST_ROWS):
            out().print(renderable)
    return FAILED if changes else DONE


def _compared(before: Manifest | Layout, after: Manifest | Layout) -> tuple[str, list[Change]]:
    from warpack.service.differences import layout_changes, manifest_changes
    from warpack.solver.wire.layout import Layout
    from warpack.solver.wire.manifest import Manifest

    if isinstance(before, Layout) and isinstance(after, Layout):
        return "layout", layout_changes(before, after)
    if isinstance(before, Manifest) and isinstance(after, Manifest):
        return "manifest", manifest_changes(before, after)
    raise CommandFailed("one is a manifest and the other a layout: compare two of a kind", BAD_INPUT)


def _read(source: str) -> Manifest | Layout:
    """A manifest, or a layout where the document says that it is one. Raises ManifestError with every fault."""
    from warpack.solver import LayoutFormatError, load_manifest
    from warpack.solver.reading.layout_reader import read_layout

    text = _text(source)
    reader: Callable[[Any], Manifest | Layout] = read_layout if _is_layout(text) else load_manifest
    try:
        return reader(text)
    except LayoutFormatError as error:
        raise ManifestError(error.problems) from None


def _text(source: str) -> Written | str | Path:
    from warpack.solver.reading.source import MOST_LAYOUT_BYTES
    from warpack.solver.reading.texts.written import Written, form_of_stream

    if source != STDIN:
        return source
    data = stdin_bytes(MOST_LAYOUT_BYTES + 1)
    return Written(data, form_of_stream(data), STDIN)


def _is_layout(text: Written | str | Path) -> bool:
    from warpack.solver.reading.collector import Collector
    from warpack.solver.reading.source import MOST_LAYOUT_BYTES, read_source
    from warpack.solver.wire.layout import LAYOUT_SCHEMA

    document = read_source(Collector(), text, MOST_LAYOUT_BYTES)
    return isinstance(document, dict) and document.get("schema") == LAYOUT_SCHEMA
