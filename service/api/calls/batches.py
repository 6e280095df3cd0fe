"""Batches: many manifests in one call. Each is an order of its own, with its own answer or errors."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Iterator
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response

from warpack.service.api.answers.documents import summary
from warpack.service.api.answers.errors import AnsweredByChild
from warpack.service.api.answers.prefer import IdempotencyKey
from warpack.service.api.answers.waiting import what_it_waits_for
from warpack.service.api.documentation.examples import BATCH, BATCH_BODY
from warpack.service.api.edge.keys import Caller
from warpack.service.api.node.callers import Submitter
from warpack.service.api.node.children import ManifestFacts, as_response, children_of
from warpack.service.api.node.handing_over import HandingOver
from warpack.service.api.node.intake import Intake, no_place, refused
from warpack.service.api.node.provided import handing_over_of, intake_of, job_runner_of
from warpack.service.jobs.child_tasks.batch import read_batch
from warpack.service.jobs.job_runner import JobRunner
from warpack.service.store import QueueFull
from warpack.service.store.records import Order, Taken

router = APIRouter(tags=["layouts"])


@router.post(
    "/v1/layouts:batch",
    summary="Ask for many layouts",
    description="Up to 1,000 manifests, each an order of its own. `layouts` has an entry for each, in the same order: the `status` that a "
    "single call would have had, and the `job` or the `problem`. The same batch with the same Idempotency-Key gets the same jobs; entries "
    "that were refused are tried again. `priority` may be at most that of the key.",
    responses=BATCH,
    openapi_extra=BATCH_BODY,
)
async def post_batch(
    request: Request,
    runner: Annotated[JobRunner, Depends(job_runner_of)],
    caller: Submitter,
    intake: Annotated[Intake, Depends(intake_of)],
    handing_over: Annotated[HandingOver, Depends(handing_over_of)],
    idempotency_key: IdempotencyKey = None,
) -> Response:
    children = children_of(request)
    body = await request.body()
    reply = await children.reply(read_batch, body, quick=False, else_do="Send fewer manifests at a time.")
    if reply.status != HTTPStatus.OK:
        raise AnsweredByChild(as_response(reply))
    batch = await asyncio.to_thread(_Batch, intake, caller, body, reply.body, idempotency_key)
    taken = await asyncio.to_thread(intake.take_all, batch.orders, batch.keys_begin)
    handing_over.begin([one.task for one in taken if isinstance(one, Taken) and one.task is not None])
    if any(isinstance(one, QueueFull) for one in taken) and not any(isinstance(one, Taken) for one in taken):
        raise refused(next(one for one in taken if isinstance(one, QueueFull)))
    text = await asyncio.to_thread(_answer, runner, batch.entries, taken)
    return Response(text, media_type="application/json")


class _Batch:
    """What a child has read. `entries` has None or a problem for each manifest. `orders` are those of the manifests
    without a problem. `keys_begin` is what the idempotency keys of the orders begin with."""

    def __init__(self, intake: Intake, caller: Caller, body: bytes, read: bytes, key: str | None) -> None:
        head, _, documents = read.partition(b"\n")
        told: dict[str, Any] = json.loads(head)
        self.entries: list[dict[str, Any] | None] = [entry.get("problem") for entry in told["entries"]]
        self.keys_begin = None if key is None else f"batch {hashlib.sha256(key.encode()).hexdigest()} "
        self.orders: list[Order] = []
        sha256, at = hashlib.sha256(body).digest(), 0
        for number, entry in enumerate(told["entries"]):
            if "facts" in entry:
                text = documents[at : at + entry["bytes"]].decode()
                at += entry["bytes"]
                own = None if self.keys_begin is None else f"{self.keys_begin}{number}"
                facts = ManifestFacts(**entry["facts"])
                self.orders.append(intake.order(caller, facts, text, sha256, own, priority=told["priority"]))


def _answer(runner: JobRunner, entries: list[dict[str, Any] | None], taken: list[Taken | QueueFull]) -> str:
    jobs = runner.store.jobs.some([one.job_id for one in taken if isinstance(one, Taken)])
    workers = runner.workers()

    def told() -> Iterator[dict[str, Any]]:
        ours = iter(taken)
        for problem in entries:
            if problem is None:
                one = next(ours)
                if isinstance(one, Taken):
                    job = jobs[one.job_id]
                    status = HTTPStatus.OK if job.finished else HTTPStatus.ACCEPTED
                    yield {"status": status, "job": summary(job, what_it_waits_for(job, workers))}
                    continue
                problem = no_place(one).to_json()
            yield {"status": problem["status"], "problem": problem}

    return json.dumps({"layouts": list(told())}, ensure_ascii=False)
