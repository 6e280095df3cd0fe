"""`warpack watch`."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated
from urllib.parse import unquote, urlsplit

from cyclopts import Parameter

from warpack.by_service import service_url
from warpack.service.cli.exits import BAD_INPUT, DONE, FAILED, INFEASIBLE, CommandFailed
from warpack.service.cli.interruptible import spoken
from warpack.service.cli.options import Quiet, Verbose
from warpack.service.cli.progress import showing
from warpack.service.cli.shown import show_layout
from warpack.service.cli.terminal import be_quiet, complain, complain_of, note, out, write_json

if TYPE_CHECKING:
    from warpack.service.client import Client, Event, Job

_HERE = "http://127.0.0.1:8000"
"""Where `warpack serve` answers if it is told nothing."""
_CALLS = "/v1/layouts/"


def watch(
    job: Annotated[str, Parameter(help="The id of the job, or its link: http://…/v1/layouts/ID.")],
    /,
    *,
    service: Annotated[
        str | None,
        Parameter(help=f"URL of the service, in place of WARPACK_URL. Without either: {_HERE}.", show_default=False),
    ] = None,
    json: Annotated[
        bool, Parameter(negative="", show_default=False, help="Print the job as JSON, once it has ended.")
    ] = False,
    verbose: Verbose = False,
    quiet: Quiet = False,
) -> int:
    """Follow a job of a service until it ends, then show its layout.

    The states of the job come as they change, and while it is solved the best packing, its bound and the time. Broken
    connections are taken up again. Ctrl-C ends the watching; the job goes on. WARPACK_KEY is the API key, if the
    service wants one.

    Exit code 0: the job is ready. 1: it failed or was cancelled, or the service does not answer. 2: its manifest is
    bad, or there is no such job. 3: infeasible. 130: Ctrl-C.
    """
    be_quiet(quiet)
    with _service(job, service) as (client, job_id):
        try:
            ended = _followed(client, job_id)
        except KeyboardInterrupt:
            note(f"The job goes on. To watch it again: warpack watch {job}")
            raise
        if json:
            from json import dumps

            write_json(dumps(ended, ensure_ascii=False))
        elif not quiet:
            _show(client, ended, verbose=verbose)
    return _code(ended)


@contextmanager
def _service(job: str, url: str | None) -> Iterator[tuple[Client, str]]:
    """The client and the job's id. If the service refuses a call, that ends the command."""
    from warpack.service.cli.asked import FirstContact
    from warpack.service.client import ApiProblem, Client, NotFound

    base = url or service_url() or _HERE
    if "://" in job:
        parts = urlsplit(job)
        before, found, rest = parts.path.partition(_CALLS)
        if not found or not rest:
            raise CommandFailed(f"{job} is no link to a job: it has to contain {_CALLS}ID", BAD_INPUT)
        base, job = f"{parts.scheme}://{parts.netloc}{before}", unquote(rest.split("/")[0])
    try:
        client = Client(base, key=os.environ.get("WARPACK_KEY") or None, transport=FirstContact(base))
    except ValueError as error:
        raise CommandFailed(f"{base}: {error}", BAD_INPUT) from None
    with client:
        try:
            yield client, job
        except NotFound:
            raise CommandFailed(f"the service at {base} has no job {job}", BAD_INPUT) from None
        except ApiProblem as problem:
            raise CommandFailed(f"the service refuses: {problem}" if problem.status else str(problem)) from None


def _followed(client: Client, job_id: str) -> Job:
    """The job at its end."""
    job = client.get(job_id)
    if job.finished:
        return job
    said = [f"job {job.id}: {job.state}"]
    _wait_told(job)
    with showing(lambda: said[0]):
        for event in client.events(job_id):
            said[0] = f"job {job.id}: {_heard(event)}"
            if event.kind == "validating":
                _wait_told(client.get(job_id))
    return client.get(job_id)


def _heard(event: Event) -> str:
    """What the moving line says. A change of state is a line of its own, too."""
    if event.kind != "incumbent":
        note(f"{str(event.data.get('at', ''))[11:19]}  {event.kind}".strip())
        return event.kind
    return f"solving: {spoken(event.progress)}"


def _wait_told(job: Job) -> None:
    waits = job.get("waiting_for")
    if waits:
        note(str(waits["message"]))


def _show(client: Client, job: Job, *, verbose: bool) -> None:
    """The layout of a ready or infeasible job; in other cases a line."""
    layout = job.layout or job.infeasible
    if layout is None:
        out().print(f"{job.name or job.id}  {job.state}")
        return
    from warpack.solver import load_manifest

    show_layout(load_manifest(client.artefact(job.id, "manifest").encode()), layout, verbose=verbose)


def _code(job: Job) -> int:
    """The exit code. A failure is told on standard error."""
    from warpack.service.client import BadManifest

    problem = job.problem
    if problem is not None:
        complain(f"the job failed: {problem}")
        complain_of(problem.problems)
        return BAD_INPUT if isinstance(problem, BadManifest) else FAILED
    if job.state == "cancelled":
        complain("the job was cancelled")
    return {"ready": DONE, "infeasible": INFEASIBLE}.get(job.state, FAILED)
