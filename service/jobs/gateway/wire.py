"""What goes between a service and a worker that does not share its database, in JSON both ways.

POST   /v1/workers                            Introduction      → Admission
POST   /v1/workers/ID/claim                   queues, holds, wait_s → a claim, or 204 where nothing came
POST   /v1/workers/ID/beat                    holds, claiming, taking → wanted
POST   /v1/workers/ID/KIND/TASK/END           what became of a claim, with its token in `Attempt-Token` → 204
DELETE /v1/workers/ID                         releases all that it holds
"""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass, fields
from typing import Any, Literal, get_args

from warpack.service.store.records import KINDS, Claim, Task

TOKEN_FIELD = "Attempt-Token"  # noqa: S105  (the name of a header field)
End = Literal["found", "failed", "lost", "released", "incumbent"]
"""What became of a claim; `incumbent` ends nothing, and is only news of a solve."""
ENDS: tuple[End, ...] = get_args(End)

BEAT_S = 1.0
"""How often such a worker beats: each beat tells it what is no longer wanted."""
LONGEST_WAIT_S = 20.0
"""Of a call that waits for a task: less than proxies wait for an answer."""

UNKNOWN_WORKER, CLAIM_OVER = "unknown-worker", "claim-over"
"""Types of problems: the worker has to introduce itself again; nothing was changed by this token."""


class DamagedClaim(ValueError):
    """What came is not what the service holds."""


@dataclass(frozen=True, slots=True)
class Admission:
    """How a worker is called from now on, how often it has to beat, and how long it may be silent."""

    id: str
    beat_s: float
    lease_s: float
    wait_s: float


def claim_to_json(claim: Claim) -> dict[str, Any]:
    return asdict(claim) | {"sha256": _sha256(claim)}


def claim_from_json(document: dict[str, Any]) -> Claim:
    """Raises DamagedClaim where manifest, layout or bundle are not those that the service has hashed; KeyError and
    TypeError for what is no claim."""
    task = Task(**_known(Task, document["task"]))
    if task.kind not in KINDS:
        raise DamagedClaim(f"no worker of this version knows the kind {task.kind!r}")
    claim = Claim(**_known(Claim, document) | {"task": task, "reports": tuple(document["reports"])})
    if _sha256(claim) != document["sha256"]:
        raise DamagedClaim("manifest, layout or bundle came damaged")
    return claim


def _known(kind: type[Task] | type[Claim], document: dict[str, Any]) -> dict[str, Any]:
    """Without what a newer service says besides."""
    names = {field.name for field in fields(kind)}
    return {name: value for name, value in document.items() if name in names}


def _sha256(claim: Claim) -> dict[str, str]:
    texts = {"manifest": claim.manifest, "layout": claim.layout, "bundle": claim.bundle}
    return {name: hashlib.sha256(text.encode()).hexdigest() for name, text in texts.items()}
