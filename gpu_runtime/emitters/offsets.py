"""What is emitted of a pool: no code, since nothing is known of the memory that it lies in, but every offset as a
table."""

from __future__ import annotations

import csv
import io

from warpack.gpu_runtime.emitters.checks import check_same_buffers
from warpack.gpu_runtime.emitters.errors import EmitError
from warpack.solver.wire.layout import Layout
from warpack.solver.wire.manifest import Manifest

OFFSETS_FILE = "offsets.csv"

NO_ALLOCATORS = "a pool has no threads that allocators could serve: its offsets stand in layout.json and offsets.csv"


def offsets_csv(layout: Layout, manifest: Manifest) -> str:
    """Rows of id, size and offset in bytes, in the manifest's order; one a part (`name#part`) where parts lie apart."""
    check_same_buffers(layout, manifest)
    placed, text = layout.by_name, io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("id", "size", "offset"))
    for buffer in manifest.buffers:
        one = placed[buffer.full_name]
        for part in one.parts or ():
            writer.writerow((f"{buffer.full_name}#{part.name}", part.size_bytes, part.offset_bytes))
        if one.parts is None:
            if one.region != "pool" or one.offset_bytes is None:
                raise EmitError("it has no offset in the pool", buffer=buffer.full_name)
            writer.writerow((buffer.full_name, one.size_bytes, one.offset_bytes))
    return text.getvalue()
