"""A bundle: all that a machine with a GPU needs for one validation, as JSON values.

Machine code for one architecture, the probe's plan as plain arrays, and what the compiler and the device table predict.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

SCHEMA = "warpack/bundle/1"
_ELF = b"\x7fELF"

Carveout = int | Literal["max"]


class BundleFormatError(ValueError):
    """This is not a bundle, or one of another version; the message names the field."""


@dataclass(frozen=True, kw_only=True)
class Bundle:
    """`entry`: the kernel's name in `cubin`. `predicted`: registers, static_shared_bytes, stack_bytes and max_threads
    as the machine code states them, and blocks_per_sm as it follows from the device table. `toolchain`: the versions of
    the tools. `plan`: see `plan_as_json.arrays`."""

    manifest_sha256: str
    layout_sha256: str
    architecture: str
    entry: str
    cubin: bytes
    carveout: Carveout
    predicted: Mapping[str, int | None]
    toolchain: Mapping[str, Any]
    plan: Mapping[str, Any]

    def to_text(self) -> str:
        """JSON; the same bundle is the same text."""
        document = {
            "schema": SCHEMA,
            "manifest_sha256": self.manifest_sha256,
            "layout_sha256": self.layout_sha256,
            "architecture": self.architecture,
            "entry": self.entry,
            "cubin": base64.b64encode(self.cubin).decode(),
            "cubin_sha256": hashlib.sha256(self.cubin).hexdigest(),
            "carveout": self.carveout,
            "predicted": dict(self.predicted),
            "toolchain": dict(self.toolchain),
            "plan": dict(self.plan),
        }
        return json.dumps(document, ensure_ascii=False)


_TYPES: dict[str, tuple[type, ...]] = {
    "manifest_sha256": (str,),
    "layout_sha256": (str,),
    "architecture": (str,),
    "entry": (str,),
    "cubin": (str,),
    "cubin_sha256": (str,),
    "carveout": (int, str),
    "predicted": (dict,),
    "toolchain": (dict,),
    "plan": (dict,),
}


def read_bundle(text: str) -> Bundle:
    """Raises BundleFormatError."""
    try:
        document = json.loads(text)
    except ValueError as error:
        raise BundleFormatError(f"a bundle is JSON: {error}") from error
    if not isinstance(document, dict) or document.get("schema") != SCHEMA:
        raise BundleFormatError(f"a bundle's schema is {SCHEMA!r}")
    if set(document) != {"schema", *_TYPES}:
        wrong = sorted(set(document) ^ {"schema", *_TYPES})
        raise BundleFormatError(f"missing or unknown in this bundle: {', '.join(wrong)}")
    for name, kinds in _TYPES.items():
        if not isinstance(document[name], kinds) or isinstance(document[name], bool):
            raise BundleFormatError(f"{name} has the wrong type")
    if isinstance(document["carveout"], str) and document["carveout"] != "max":
        raise BundleFormatError('carveout is a percentage or "max"')
    try:
        cubin = base64.b64decode(document["cubin"], validate=True)
    except binascii.Error as error:
        raise BundleFormatError(f"cubin is no base64: {error}") from error
    if hashlib.sha256(cubin).hexdigest() != document["cubin_sha256"]:
        raise BundleFormatError("cubin is not the one that cubin_sha256 names")
    if not cubin.startswith(_ELF):
        raise BundleFormatError("cubin is no machine code: PTX is never handed to a driver")
    fields = {name: document[name] for name in _TYPES if name != "cubin_sha256"}
    return Bundle(**fields | {"cubin": cubin})
