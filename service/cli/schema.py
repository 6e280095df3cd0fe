"""`warpack schema`."""

from __future__ import annotations

from typing import Annotated, Literal

from cyclopts import Parameter

from warpack.service.cli.exits import DONE
from warpack.service.cli.terminal import write_json


def schema(
    document: Annotated[Literal["manifest", "layout"], Parameter(help="Which of the two documents.")] = "manifest", /
) -> int:
    """Print the JSON Schema (2020-12) of manifests, for editors that complete and check; or that of layouts.

    It is what a service gives at /v1/schema/manifest.json: "warpack schema > manifest.schema.json" has it in a file. A
    manifest names it by "$schema".
    """
    from json import dumps

    from warpack.service.schema import layout_schema, manifest_schema

    write_json(dumps(manifest_schema() if document == "manifest" else layout_schema(), indent=2))
    return DONE
