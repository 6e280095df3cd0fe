"""The demo's jobs: posts a manifest, tells the job's states, and shows the result."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.text import Text

from warpack.service.cli.exits import BAD_INPUT, DONE, FAILED, INFEASIBLE
from warpack.service.cli.terminal import complain, note
from warpack.service.render.text import plain

if TYPE_CHECKING:
    from warpack.service.client import ApiProblem, Client
    from warpack.solver.wire.layout import Layout

_ASK_AGAIN_S = 1
"""The longest time between two looks at a job, so that its states show soon after they change."""
_PATIENCE_S = 5.0
"""The demo gives a job up if no live worker can go on with it for so long."""

_FINAL = frozenset({"ready", "failed", "infeasible", "cancelled"})
_BAD_INPUT_STATUSES = (400, 413, 422)


@dataclass(frozen=True)
class Sent:
    """A manifest that was posted: its job, or why it was refused."""

    source: str
    document: bytes
    started: float
    job: dict[str, Any] | None
    problem: ApiProblem | None


@dataclass(frozen=True)
class Ended:
    """How one manifest's job ended. A ready one has a `layout`."""

    source: str
    state: str
    seconds: float
    layout: Layout | None
    exit_code: int


def send(client: Client, source: str, document: bytes) -> Sent:
    from warpack.service.client import ApiProblem, Unreachable

    started = time.monotonic()
    try:
        return Sent(source, document, started, client.submit(document), None)
    except Unreachable:
        raise
    except ApiProblem as problem:
        return Sent(source, document, started, None, problem)


def follow(client: Client, console: Console, sent: Sent) -> Ended:
    """Tells the job's states as they change, and shows the layout with its reports.

    If no worker can reach the level that the manifest asks for, the job is cancelled. It is posted again with the best
    level that can be reached, and a note says so.
    """
    console.rule(Text(plain(sent.source), style="bold"), align="left", characters="-")
    if sent.problem is not None:
        return _refused(sent, sent.problem)
    job = _watch(client, sent)
    waiting = job.get("waiting_for")
    if job["state"] not in _FINAL and waiting:
        client.cancel(job["id"])
        if waiting["best_level_now"] == "none":
            return _ended(sent, {**job, "state": "cancelled"}, None)
        note(f"Asking again for level {waiting['best_level_now']}, the highest that can be reached here.")
        lower = json.loads(sent.document) | {"validation": waiting["best_level_now"]}
        job = _watch(client, replace(sent, job=client.submit(lower)))
    return _ended(sent, job, _show(console, sent.document, job))


def _watch(client: Client, sent: Sent) -> dict[str, Any]:
    """The job at its end, or after no live worker could go on with it for too long."""
    if sent.job is None:
        raise ValueError("a refused manifest has no job to watch")
    job, said, alone_since = client.get(sent.job["id"]), "", None
    while True:
        if job["state"] != said:
            note(f"{time.monotonic() - sent.started:7.2f} s  {job['state']}")
            said = job["state"]
        if job["state"] in _FINAL:
            return job
        if not job.get("waiting_for"):
            alone_since = None
        elif alone_since is None:
            alone_since = time.monotonic()
        elif time.monotonic() - alone_since > _PATIENCE_S:
            note(job["waiting_for"]["message"])
            return job
        job = client.get(job["id"], _ASK_AGAIN_S)


def _refused(sent: Sent, problem: ApiProblem) -> Ended:
    complain(f"{sent.source}: {problem}")
    for fault in problem.errors:
        note(f"error: {fault.get('pointer') or '/'}: {fault.get('message')} [{fault.get('type')}]")
    code = BAD_INPUT if problem.status in _BAD_INPUT_STATUSES else FAILED
    return Ended(sent.source, "refused", time.monotonic() - sent.started, None, code)


def _ended(sent: Sent, job: dict[str, Any], layout: Layout | None) -> Ended:
    code = DONE if layout is not None else INFEASIBLE if job["state"] == "infeasible" else FAILED
    return Ended(sent.source, job["state"], time.monotonic() - sent.started, layout, code)


def _show(console: Console, document: bytes, job: dict[str, Any]) -> Layout | None:
    from warpack.service.render.view import layout_view
    from warpack.solver import load_manifest, read_layout

    if job.get("layout") is not None:
        layout = read_layout(job["layout"])
        for renderable in layout_view(load_manifest(document), layout, console.width):
            console.print(renderable)
        console.print()
        return layout
    if job["state"] == "infeasible":
        least = job.get("minimum_budget_bytes")
        console.print(f"infeasible: the least budget that would do is {least} bytes" if least else "infeasible")
    elif job.get("problem"):
        complain(f"{job['problem'].get('title')}: {job['problem'].get('detail')}")
    return None
