"""Manifests from texts in any form that people have them in: JSON, YAML, TOML, a table of buffers, a dump of Triton's
compiler. Every fault has its line, and its column where one is known."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal, cast, get_args

from warpack.gpu_runtime.imports.outcome import Imported, ImportFailed
from warpack.service.manifest_check import examine
from warpack.service.problems import MOST_ERRORS, shortened
from warpack.solver.reading.collector import Collector
from warpack.solver.reading.load import load_manifest
from warpack.solver.reading.source import MOST_MANIFEST_BYTES, read_source
from warpack.solver.reading.texts.places import placed
from warpack.solver.reading.texts.written import Form, Written
from warpack.solver.wire.manifest import Manifest
from warpack.solver.wire.problems import ManifestError, Place, Problem

TextFormat = Literal["json", "yaml", "toml", "csv", "triton"]
FORMATS: tuple[TextFormat, ...] = get_args(TextFormat)

_FAULT_LINE = re.compile(r"line (\d+): ")
_TOML_LINE = re.compile(r"""\[\[?\s*[\w."' -]+\s*\]?\]\s*(?:#.*)?|[\w."'-]+\s*=(?!=).*""")
_COLUMNS = frozenset({"id", "buffer", "buffer_id"})
_DUMP = re.compile(r"^// -----// IR Dump |#ttg\.\w+<|\bttg\.num-warps\b|^\s*tt\.func ", re.MULTILINE)
_LOOKED_AT = 64 * 1024


@dataclass(frozen=True, slots=True)
class TextRead:
    """`values`: the manifest as JSON values, as it was written. `manifest` is the same with every default. `notes` are
    sentences about what an import decided, left out, or could not know. `written` is the text, unless it was
    imported."""

    format: TextFormat
    values: dict[str, Any]
    manifest: Manifest
    notes: tuple[str, ...] = ()
    written: Written | None = None

    def to_json(self, *, check: bool = False) -> dict[str, Any]:
        """`check`: with the bounds and all warnings that a check gives (`manifest_check`)."""
        examined = examine(self.manifest) if check else None
        warnings = self.manifest.warnings if examined is None else placed(examined.warnings, self.written)
        known = None if examined is None else examined.to_json()
        return {
            "format": self.format,
            "notes": list(self.notes),
            "warnings": with_places(warnings),
            "warning_count": len(warnings),
            "checked": known and {name: known[name] for name in ("fits", "manifest_sha256", "lower_bound")},
            "manifest": self.values,
        }


class SeveralKernels(ValueError):
    """The dump has several kernels, and none of them was named."""

    def __init__(self, kernels: tuple[str, ...]) -> None:
        super().__init__(f"The dump has the kernels {', '.join(kernels)}. Say which one is meant.")
        self.kernels = kernels


def read_text(text: str, format: TextFormat | None = None, *, name: str = "", kernel: str | None = None) -> TextRead:
    """Reads the text. Without `format`, the text itself shows which it is. `name` is given to the manifest of a table,
    which has none. `kernel` is the one that is meant in a dump of several.

    Raises ManifestError with every problem, or SeveralKernels.
    """
    found = format or format_of(text)
    if found in ("csv", "triton"):
        imported = _imported(text, found, name, kernel)
        return TextRead(found, imported.manifest, load_manifest(imported.manifest), imported.notes)
    written = Written(text.encode(), cast(Form, found), f"manifest.{found}")
    manifest = load_manifest(written)
    values = read_source(Collector(), written, MOST_MANIFEST_BYTES)
    return TextRead(found, values, manifest, written=written)


def format_of(text: str) -> TextFormat:
    """The format that the beginning of a text shows."""
    start = text[:_LOOKED_AT].removeprefix("\ufeff")
    lines = [line.strip() for line in start.splitlines()]
    first = next((line for line in lines if line and not line.startswith("#")), "")
    if not first.startswith("{") and _DUMP.search(start):
        return "triton"
    if _TOML_LINE.fullmatch(first):
        return "toml"
    if first[:1] in ("{", "[", ""):
        return "json"
    cells = {cell.strip().lower() for cell in first.split(",")}
    return "csv" if len(cells) > 1 and cells & _COLUMNS else "yaml"


def with_places(problems: Iterable[Problem]) -> list[dict[str, Any]]:
    """The first problems as JSON, each with `line` and `column` in the text; null where none is known."""
    return [
        shortened(problem)
        | {"line": problem.place and problem.place.line, "column": problem.place and problem.place.column}
        for problem in tuple(problems)[:MOST_ERRORS]
    ]


def _imported(text: str, format: TextFormat, name: str, kernel: str | None) -> Imported:
    try:
        if format == "csv":
            from warpack.gpu_runtime.imports.csv_pool import import_csv

            return import_csv(text, name=name)
        from warpack.gpu_runtime.imports.triton import import_triton
        from warpack.gpu_runtime.imports.triton.dump import allocated_modules

        kernels = tuple(dict.fromkeys(one.kernel for one in allocated_modules(text)))
        if kernel is None and len(kernels) > 1:
            raise SeveralKernels(kernels)
        return import_triton(text, kernel=kernel)
    except ImportFailed as error:
        raise ManifestError(tuple(_fault(format, sentence) for sentence in error.faults)) from None


def _fault(format: TextFormat, sentence: str) -> Problem:
    found = _FAULT_LINE.match(sentence)
    place = Place(f"manifest.{format}", int(found[1])) if found else None
    said = sentence[found.end() :] if found else sentence
    return Problem(f"bad-{format}", "", f"{said[:1].upper()}{said[1:]}.", place=place)
