"""Calls of workers that do not share the database (`warpack worker --gateway`). See `jobs.gateway.wire`."""

from __future__ import annotations

import asyncio
import hashlib
import json
import secrets
from dataclasses import asdict
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Path, Request, Response

from warpack.service.api.answers.errors import AnsweredByChild, ApiError
from warpack.service.api.calls.examples_of_workers import (
    ADMITTED,
    BEAT,
    BEAT_BODY,
    CLAIM,
    CLAIM_BODY,
    END_BODY,
    INTRODUCTION,
)
from warpack.service.api.calls.worker_bodies import Beat, ClaimRequest, Incumbent, Introduction, read_body
from warpack.service.api.edge.keys import Caller
from warpack.service.api.node.callers import WorkerKey
from warpack.service.api.node.children import children_of
from warpack.service.api.node.offers import Offers
from warpack.service.api.node.provided import job_runner_of, offers_of
from warpack.service.jobs.child_tasks.gateway import delivered
from warpack.service.jobs.gateway.wire import (
    BEAT_S,
    CLAIM_OVER,
    LONGEST_WAIT_S,
    TOKEN_FIELD,
    UNKNOWN_WORKER,
    Admission,
    End,
    claim_to_json,
)
from warpack.service.jobs.job_runner import JobRunner
from warpack.service.jobs.store_keeper import StoreKeeper
from warpack.service.jobs.task_keys import key_of
from warpack.service.problems import ProblemDetails, without_paths
from warpack.service.store.records import Claim, TaskKind
from warpack.service.store.workers import GATEWAY_PREFIX, LEASE_S, Worker
from warpack.service.versions import FORMAT

router = APIRouter(prefix="/v1/workers", tags=["workers"])

InJobRunner = Annotated[JobRunner, Depends(job_runner_of)]
WorkerId = Annotated[
    str, Path(description="The id that the admission gave.", json_schema_extra={"pattern": "^gw-[0-9a-f-]+$"})
]
_OF_FAILURES = frozenset(
    f"{who}-{how}" for who in ("solver", "validator") for how in ("crashed", "over-memory", "overdue")
)
_LONGEST_TEXT = 4000


@router.post("", status_code=201, summary="A worker introduces itself", responses=ADMITTED, openapi_extra=INTRODUCTION)
async def introduce(request: Request, runner: InJobRunner, caller: WorkerKey) -> Response:
    said = read_body(Introduction, await request.body())
    devices = tuple(map(asdict, said.devices))
    own_id = f"{_prefix(caller)}{secrets.token_hex(8)}"
    worker = Worker(own_id, tuple(said.queues), devices, said.versions, said.queues)
    await asyncio.to_thread(runner.store.workers.beat, worker)
    return _json(asdict(Admission(worker.id, BEAT_S, LEASE_S, LONGEST_WAIT_S)), 201)


@router.post(
    "/{worker_id}/claim",
    summary="Wait for a task, and claim it",
    description="204 if no task came in the time asked for. Claims that the service has for this worker and that the worker does not list "
    "are released.",
    responses=CLAIM,
    openapi_extra=CLAIM_BODY,
)
async def claim(
    worker_id: WorkerId,
    request: Request,
    runner: InJobRunner,
    caller: WorkerKey,
    offers: Annotated[Offers, Depends(offers_of)],
) -> Response:
    said = read_body(ClaimRequest, await request.body())
    worker = await _renewed(runner, caller, worker_id)
    await _release_what_it_lost(runner, worker_id, said.holds)
    queues = tuple(queue for queue in said.queues if queue in worker.queues)
    keeper = _keeper(runner, worker)
    clock = asyncio.get_running_loop()
    end = clock.time() + min(said.wait_s, LONGEST_WAIT_S)
    while (task := await offers.next(queues, end - clock.time(), _format_of(worker))) is not None:
        if await request.is_disconnected():
            break
        claimed = await asyncio.to_thread(keeper.claim, task)
        if claimed is not None:
            await asyncio.to_thread(runner.engine.forget, (key_of(task),))  # an earlier holder will not come back
            return _json(claim_to_json(claimed))
    return Response(status_code=HTTPStatus.NO_CONTENT)


@router.post(
    "/{worker_id}/beat",
    summary="A worker's heartbeat",
    description="`wanted`: those of its tokens whose results are still wanted.",
    responses=BEAT,
    openapi_extra=BEAT_BODY,
)
async def beat(worker_id: WorkerId, request: Request, runner: InJobRunner, caller: WorkerKey) -> Response:
    said = read_body(Beat, await request.body())
    worker = await _renewed(runner, caller, worker_id)
    if worker.queues and not said.taking:
        await asyncio.to_thread(runner.store.workers.retire, worker_id)
    held = await asyncio.to_thread(runner.store.claims.tokens_of, worker_id)
    if not said.claiming and held - said.holds:
        await _release_what_it_lost(runner, worker_id, said.holds)
    return _json({"wanted": sorted(held & said.holds)})


@router.post(
    "/{worker_id}/{kind}/{task_id}/{end}",
    status_code=204,
    summary="End a claim",
    description=f"`{TOKEN_FIELD}` is the claim's token. 409 if the claim has ended or another has replaced it; then nothing has changed.",
    openapi_extra=END_BODY,
)
async def end_claim(
    worker_id: WorkerId,
    kind: TaskKind,
    task_id: Annotated[str, Path(json_schema_extra={"pattern": "^[0-9a-f]{28}$"})],
    end: End,
    request: Request,
    runner: InJobRunner,
    caller: WorkerKey,
    attempt_token: Annotated[str, Header(pattern="^[0-9a-f]{32}$", description="The claim's token.")],
) -> Response:
    worker = await _known(runner, caller, worker_id)
    body = await request.body()
    held = await asyncio.to_thread(runner.store.claims.held, kind, task_id, attempt_token, worker_id)
    if held is None or not await _end(request, _keeper(runner, worker), held, end, body):
        raise _conflict(
            CLAIM_OVER, "The claim is over", "It has ended, or another has replaced it. Nothing was changed."
        )
    return Response(status_code=HTTPStatus.NO_CONTENT)


@router.delete("/{worker_id}", status_code=204, summary="A worker leaves; what it holds is released")
async def leave(worker_id: WorkerId, runner: InJobRunner, caller: WorkerKey) -> Response:
    await _known(runner, caller, worker_id)
    await asyncio.to_thread(runner.store.tasks.release_all, worker_id)
    await asyncio.to_thread(runner.store.workers.leave, worker_id)
    return Response(status_code=HTTPStatus.NO_CONTENT)


async def _end(request: Request, keeper: StoreKeeper, held: Claim, end: End, body: bytes) -> bool:
    """Ends the claim as `end` says. Returns whether the claim still stood."""
    if end == "found":
        found = await _readable(request, held, body)
        keep = keeper.solved if held.task.kind == "solve" else keeper.validated
        return await asyncio.to_thread(keep, held, found)
    if end == "incumbent":
        if held.task.kind == "solve":
            await asyncio.to_thread(keeper.tell, held, asdict(read_body(Incumbent, body)))
        return True
    said = read_body(dict[str, str], body)
    if end == "released":
        return await asyncio.to_thread(keeper.release, held)
    if end == "lost":
        words = said.get("said", "").replace("\0", "")  # PostgreSQL stores no NUL character
        return await asyncio.to_thread(keeper.lose, held, words[-_LONGEST_TEXT:])
    return await asyncio.to_thread(keeper.fail, held, _failure(held, said))


async def _readable(request: Request, held: Claim, body: bytes) -> dict[str, Any]:
    """The part of the worker's result that is kept (see `child_tasks.gateway.delivered`). A child reads it."""
    names = ("manifest", "manifest_sha256", "layout", "required", "compute_capability", "reports", "wants_bundle")
    head = json.dumps({"kind": held.task.kind} | {name: getattr(held, name) for name in names})
    reply = await children_of(request).reply(
        delivered,
        head.encode() + b"\n" + body,
        quick=False,
        else_do="A worker that shares the database can deliver it.",
    )
    if reply.status != HTTPStatus.OK:
        raise AnsweredByChild(Response(reply.body, status_code=reply.status, media_type=reply.media_type))
    found: dict[str, Any] = await asyncio.to_thread(json.loads, reply.body)
    return found


def _failure(held: Claim, said: dict[str, str]) -> ProblemDetails:
    """The problem that the claim ends with. Its type is one that a task may end with; its words are the worker's."""
    who = "solver" if held.task.kind == "solve" else "validator"
    slug = said.get("type", "")
    if slug not in _OF_FAILURES or not slug.startswith(who):
        slug = f"{who}-crashed"
    words = (without_paths(said.get(name, ""))[:_LONGEST_TEXT] for name in ("title", "detail"))
    return ProblemDetails(slug, next(words), HTTPStatus.INTERNAL_SERVER_ERROR, next(words))


def _keeper(runner: JobRunner, worker: Worker) -> StoreKeeper:
    versions = worker.versions
    return StoreKeeper(
        runner.store,
        worker.id,
        runner.submit,
        runner.has_device,
        solver=versions.get("solver"),
        validator=versions.get("validator"),
        most_format=_format_of(worker),
    )


def _format_of(worker: Worker) -> int:
    """The newest format that both this worker and this node read."""
    said = worker.versions.get("format", "")
    return min(int(said), FORMAT) if said.isdecimal() and said.isascii() and int(said) else 1


def _prefix(caller: Caller) -> str:
    """How the ids of this key's workers begin. A key cannot act for another key's workers."""
    return f"{GATEWAY_PREFIX}{hashlib.sha256(caller.id.encode()).hexdigest()[:12]}-"


async def _known(runner: JobRunner, caller: Caller, worker_id: str) -> Worker:
    worker = None
    if worker_id.startswith(_prefix(caller)) and len(worker_id) <= 64:
        worker = await asyncio.to_thread(runner.store.workers.get, worker_id)
    if worker is None:
        raise _conflict(
            UNKNOWN_WORKER, "The worker is not known", "It holds no claims, and must introduce itself again."
        )
    return worker


async def _renewed(runner: JobRunner, caller: Caller, worker_id: str) -> Worker:
    worker = await _known(runner, caller, worker_id)
    if not await asyncio.to_thread(runner.store.workers.renew, worker_id):
        return await _known(runner, caller, worker_id)  # it was given up just now, so this raises
    return worker


async def _release_what_it_lost(runner: JobRunner, worker_id: str, holds: frozenset[str]) -> None:
    """Releases claims whose answer never reached the worker."""
    await asyncio.to_thread(runner.store.tasks.release_all, worker_id, holds)


def _conflict(slug: str, title: str, detail: str) -> ApiError:
    return ApiError(ProblemDetails(slug, title, HTTPStatus.CONFLICT, detail))


def _json(document: Any, status: int = 200) -> Response:
    text = json.dumps(document, ensure_ascii=False)
    return Response(text, status_code=status, media_type="application/json")
