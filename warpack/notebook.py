"""What a notebook shows of a manifest and a layout: tables, and the picture of offsets against phases."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from weakref import WeakValueDictionary

from warpack.service.render.draw.views import draw
from warpack.solver.wire.layout import Layout
from warpack.solver.wire.manifest import Manifest
from warpack.solver.wire.screens import layout_screen, layout_table, manifest_screen, manifest_table

_MANIFESTS: WeakValueDictionary[str, Manifest] = WeakValueDictionary()
"""Those that were optimised here, by their hashes: a layout names its manifest, and its picture needs the lifetimes."""


def install() -> None:
    """Notebooks ask a value for `_repr_html_`. Pictures are the service's: the wire types know nothing of them."""
    Layout._repr_html_ = _layout_html  # type: ignore[attr-defined]  # notebooks look for it
    Manifest._repr_html_ = _manifest_html  # type: ignore[attr-defined]  # notebooks look for it


def remember(manifest: Manifest) -> None:
    _MANIFESTS[manifest.sha256] = manifest


def _manifest_html(manifest: Manifest) -> str:
    return _head(manifest_screen(manifest)) + _table(manifest_table(manifest))


def _layout_html(layout: Layout) -> str:
    """Without the picture where the manifest is not at hand, as of a layout that was read from a file."""
    manifest = _MANIFESTS.get(layout.manifest_sha256)
    picture = "" if manifest is None else draw(manifest, layout)
    return _head(layout_screen(layout)) + _table(layout_table(layout)) + picture


def _head(screen: str) -> str:
    """The lines above the table."""
    lines = [escape(line) for line in screen.splitlines() if not line.startswith("  ")]
    return f"<p>{'<br>'.join(lines)}</p>"


def _table(rows: Iterable[tuple[str, ...]]) -> str:
    lines = []
    for number, row in enumerate(rows):
        kind = "td" if number else "th"
        lines.append("<tr>" + "".join(f"<{kind}>{escape(cell)}</{kind}>" for cell in row) + "</tr>")
    return f"<table>{''.join(lines)}</table>"
