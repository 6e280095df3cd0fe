"""The schemas as complete documents, and as parts of the API's description."""

from __future__ import annotations

from functools import cache

from warpack.service.schema import layout, manifest
from warpack.service.schema.types import Definitions, Schema
from warpack.solver.reading.layout_values import MOST
from warpack.solver.reading.pool import LARGEST_IN_POOL
from warpack.solver.wire.layout import LAYOUT_SCHEMA, Layout
from warpack.solver.wire.manifest import MANIFEST_SCHEMA, Manifest

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_DEFS = "#/$defs/"


@cache
def manifest_schema() -> Schema:
    """The JSON Schema of manifests, as a complete document."""
    return _document(MANIFEST_SCHEMA, "A Warpack manifest", Manifest, _of_manifest(_DEFS))


@cache
def layout_schema() -> Schema:
    """The JSON Schema of layouts, as a complete document."""
    return _document(LAYOUT_SCHEMA, "A Warpack layout", Layout, _of_layout(_DEFS))


@cache
def components() -> dict[str, Schema]:
    """All definitions of both, for an OpenAPI description: `Manifest`, `Layout`, and the types that they contain."""
    prefix = "#/components/schemas/"
    return _of_manifest(prefix) | _of_layout(prefix)


def _document(id_: str, title: str, root: type, found: dict[str, Schema]) -> Schema:
    whole = dict(found.pop(root.__name__))
    return {"$schema": _DIALECT, "$id": f"urn:{id_.replace('/', ':')}", "title": title, **whole, "$defs": found}


def _of_manifest(prefix: str) -> dict[str, Schema]:
    definitions = Definitions(manifest.shapes(prefix), LARGEST_IN_POOL, prefix)
    for type_ in (Manifest, *manifest.REFERRED):
        definitions.of(type_)
    return definitions.found


def _of_layout(prefix: str) -> dict[str, Schema]:
    definitions = Definitions(layout.shapes(prefix), MOST, prefix)
    for type_ in (Layout, *layout.REFERRED):
        definitions.of(type_)
    return definitions.found
