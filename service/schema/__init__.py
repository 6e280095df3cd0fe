"""JSON Schema of manifest and layout, made from the wire types.

manifest_schema, layout_schema      whole documents
components                          every type by its name, for an OpenAPI description
"""

from __future__ import annotations

from warpack.service.schema.documents import components, layout_schema, manifest_schema

__all__ = ["components", "layout_schema", "manifest_schema"]
