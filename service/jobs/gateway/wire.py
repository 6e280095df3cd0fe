"""The messages between a service and a worker that does not share its database. Both sides send JSON.

POST   /v1/workers                            Introduction      → Admission
POST   /v1/workers/ID/claim                   queues, holds, wait_s → a claim, or 204 if none came
POST   /v1/workers/ID/beat                    holds, claiming, taking → wanted
POST   /v1/workers/ID/KIND/TASK/END           ends a claim; its token is in `Attempt-Token` → 204
DELETE /v1/workers/ID                         releases all claims of the worker
"""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass, fields
from typing import Any, Literal, get_args

from warpack.service.store.records import KINDS, Claim, Task

TOKEN_FIELD = "Attempt-Token"  # noqa: S105  (the name of a header field)
End = Literal["found", "failed", "lost", "released", "incumbent"]
"""How a claim ended. `incumbent` ends nothing: it is news of a solve."""
ENDS: tuple[End, ...] = get_args(End)

BEAT_S = 1.0
"""The interval of such a worker's heartbeats. Each answer tells it which results are still wanted."""
LONGEST_WAIT_S = 20.0
"""The longest call that waits for a task. Proxies wait longer for an answer."""

UNKNOWN_WORKER, CLAIM_OVER = "unknown-worker", "claim-over"
"""Types of problems. `unknown-worker`: the worker must introduce itself again. `claim-over`: nothing was changed."""


class DamagedClaim(ValueError):
    """The claim that came is not the one that the service sent."""


@dataclass(frozen=True, slots=True)
class Admission:
    """A worker's new id, the interval of its heartbeats, how long it may be silent, and how long it may wait for a
    task."""

    id: str
    beat_s: float
    lease_s: float
    wait_s: float


def claim_to_json(claim: Claim) -> dict[str, Any]:
    """The JSON of a claim, with the hashes of its documents."""
    return asdict(claim) | {"sha256": _sha256(claim)}


def claim_from_json(document: dict[str, Any]) -> Claim:
    """Raises DamagedClaim if manifest, layout or bundle do not have the hashes that the service gave. Raises KeyError
    or TypeError if the document is not a claim."""
    task = Task(**_known(Task, document["task"]))
    if task.kind not in KINDS:
        raise DamagedClaim(f"this version does not know tasks of the kind {task.kind!r}")
    claim = Claim(**_known(Claim, document) | {"task": task, "reports": tuple(document["reports"])})
    if _sha256(claim) != document["sha256"]:
        raise DamagedClaim("manifest, layout or bundle are damaged")
    return claim


def _known(kind: type[Task] | type[Claim], document: dict[str, Any]) -> dict[str, Any]:
    """The fields of the document that this version knows. A newer service may send more."""
    names = {field.name for field in fields(kind)}
    return {name: value for name, value in document.items() if name in names}


def _sha256(claim: Claim) -> dict[str, str]:
    texts = {"manifest": claim.manifest, "layout": claim.layout, "bundle": claim.bundle}
    return {name: hashlib.sha256(text.encode()).hexdigest() for name, text in texts.items()}
