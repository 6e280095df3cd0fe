"""The tasks that make files of a validated layout when a caller asks for them. The same job gives the same bytes.

Request: JSON with `manifest` (text that was read before), the `name`, `time_limit_s` and `validation` of the job, its
`layout` (text, without the name), and `artefacts`, the stored files by name.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from warpack.service.jobs.child_tasks.checks import Reply
from warpack.service.problems import MEDIA_TYPE, ProblemDetails

if TYPE_CHECKING:
    from warpack.service.render.draw.palette import Theme
    from warpack.service.render.draw.views import View
    from warpack.solver.wire.layout import Layout
    from warpack.solver.wire.manifest import Manifest

SUMS = "SHA256SUMS"
_EPOCH = (1980, 1, 1, 0, 0, 0)
"""The earliest time that an archive can hold. All files have it, because real times would change the bytes."""

Cancelled = Callable[[], bool]


def picture(request: bytes, _cancelled: Cancelled) -> bytes:
    """Answer: layout.svg. The request has a `view`, a `theme` and a `width`, as `draw` takes them."""
    asked = json.loads(request)
    manifest, layout, _ = _read(request)
    drawn = _picture(manifest, layout, asked["view"], asked["theme"], asked["width"])
    return Reply(HTTPStatus.OK, "image/svg+xml", drawn).to_bytes()


def chart(request: bytes, _cancelled: Cancelled) -> bytes:
    """Answer: what is live when and where, as `render.chart_json` has it."""
    from warpack.service.render.chart_json import chart_document

    manifest, layout, _ = _read(request)
    document = json.dumps(chart_document(manifest, layout), ensure_ascii=False, separators=(",", ":"))
    return Reply(HTTPStatus.OK, "application/json", document.encode()).to_bytes()


def checked_allocators(request: bytes, _cancelled: Cancelled) -> bytes:
    """Answer: allocators_checked.py, or the reason why there is none."""
    from warpack.gpu_runtime.emitters import EmitError

    manifest, layout, _ = _read(request)
    try:
        return Reply(HTTPStatus.OK, "text/x-python", _checked(manifest, layout)).to_bytes()
    except EmitError as error:
        problem = ProblemDetails(
            "no-checked-allocators",
            "There are no checked allocators for this layout",
            HTTPStatus.CONFLICT,
            f"They cannot be written: {error}",
        )
        return Reply(problem.status, MEDIA_TYPE, problem.to_text().encode()).to_bytes()


def bundle(request: bytes, _cancelled: Cancelled) -> bytes:
    """Answer: bundle.zip, which `sha256sum -c SHA256SUMS` checks. It has no checked allocators if none can be made."""
    from warpack.gpu_runtime.emitters import EmitError

    manifest, layout, stored = _read(request)
    files = {name: content.encode() for name, content in stored.items()}
    files["manifest.json"] = (manifest.model_dump_json() + "\n").encode()
    files["layout.json"] = (layout.model_dump_json() + "\n").encode()
    files["layout.svg"] = _picture(manifest, layout)
    with suppress(EmitError):  # the call for that file says why
        files["allocators_checked.py"] = _checked(manifest, layout)
    return Reply(HTTPStatus.OK, "application/zip", packed(files)).to_bytes()


def packed(files: Mapping[str, bytes]) -> bytes:
    """An archive of the files and of SHA256SUMS. Nothing is compressed, because compressed bytes depend on the version
    of the compressor."""
    sums = "".join(f"{hashlib.sha256(files[name]).hexdigest()}  {name}\n" for name in sorted(files))
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_STORED) as writer:
        for name, content in sorted({**files, SUMS: sums.encode()}.items()):
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.create_system, entry.external_attr = 3, 0o644 << 16
            writer.writestr(entry, content)
    return archive.getvalue()


def _read(request: bytes) -> tuple[Manifest, Layout, dict[str, str]]:
    """Manifest and layout under the caller's name, with the time limit and level that the caller asked for."""
    from warpack.solver import load_manifest, read_layout

    asked: dict[str, Any] = json.loads(request)
    manifest = load_manifest(asked["manifest"].encode())
    options = replace(manifest.solver, time_limit_s=asked["time_limit_s"])
    manifest = replace(manifest, name=asked["name"], validation=asked["validation"], solver=options)
    layout = replace(read_layout(asked["layout"].encode()), name=asked["name"])
    return manifest, layout, asked["artefacts"]


def _picture(
    manifest: Manifest, layout: Layout, view: View = "map", theme: Theme = "auto", width: int | None = None
) -> bytes:
    from warpack.service.render.draw.views import draw

    return draw(manifest, layout, view, theme, width).encode()


def _checked(manifest: Manifest, layout: Layout) -> bytes:
    from warpack.gpu_runtime.checked import emit_checked

    return emit_checked(layout, manifest).encode()
