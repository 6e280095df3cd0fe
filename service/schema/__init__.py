"""JSON Schema of manifest and layout, made from the wire types.

manifest_schema, layout_schema      whole documents
components                          the same for an OpenAPI description: every type by its name
"""

from __future__ import annotations

from warpack.service.schema.documents import components, layout_schema, manifest_schema

__all__ = ["components", "layout_schema", "manifest_schema"]
