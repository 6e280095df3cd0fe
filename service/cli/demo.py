"""`warpack demo`."""

from __future__ import annotations

import signal
import sys
import time
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter
from rich.console import Console
from rich.table import Table
from rich.text import Text

from service.cli.demo_service import running_service
from service.cli.exits import BAD_INPUT, DONE, FAILED, INFEASIBLE, CommandFailed
from service.cli.inputs import STDIN
from service.cli.terminal import complain, note, out
from service.render.text import plain

if TYPE_CHECKING:
    from service.client import ApiProblem, Client
    from solver.wire.layout import Layout

_WAIT_S = 1
"""A job is asked for at least so often: its states show soon after they change."""


_BAD_INPUT_STATUSES = (400, 413, 422)


@dataclass(frozen=True)
class _Sent:
    """A manifest that was posted: its job, or why it was refused."""

    source: str
    document: bytes
    started: float
    job: dict[str, Any] | None
    problem: ApiProblem | None


@dataclass(frozen=True)
class _Ended:
    """How one manifest's job ended. `layout` is there where it is ready."""

    source: str
    state: str
    seconds: float
    layout: Layout | None
    exit_code: int


def demo(
    *manifests: Annotated[str, Parameter(help="Manifests to send; without any, those of the folder examples/.")],
    service: Annotated[str | None, Parameter(help="URL of a running service, in place of one of its own.")] = None,
) -> int:
    """Start a service on a free port, send it manifests over HTTP, follow the jobs, and show layouts and reports.

    Everything that it starts ends with it. Exit code 0: every layout came back validated.
    """
    from service.client import Client

    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    documents = [(source, _document(source)) for source in manifests] or _examples()
    if service is not None:
        with Client(service) as client:
            return _run(client, documents)
    note("Starting a service on a free port ...")
    try:
        with running_service() as url, Client(url) as client:
            note(f"It answers on {url}")
            return _run(client, documents)
    finally:
        note("What was started has been stopped.")


def _run(client: Client, documents: list[tuple[str, bytes]]) -> int:
    """Sends all manifests, then follows job after job; the service meanwhile works on those to come."""
    from httpx2 import HTTPError

    console = out()
    try:
        sent = [_send(client, source, document) for source, document in documents]
        ended = [_follow(client, console, job) for job in sent]
    except HTTPError as error:
        raise CommandFailed(f"the service does not answer: {error}") from None
    console.print(_overview(ended))
    return max((each.exit_code for each in ended), default=DONE)


def _examples() -> list[tuple[str, bytes]]:
    """The manifests of the source tree's examples, smallest first; installed without them, the one in the package."""
    folder = Path(__file__).resolve().parents[2] / "examples"
    found = sorted(folder.glob("[0-9]*.json"))
    if found:
        return [(f"examples/{path.name}", path.read_bytes()) for path in found]
    sample = resources.files("service.cli").joinpath("sample.json")
    return [("sample.json", sample.read_bytes())]


def _document(source: str) -> bytes:
    if source == STDIN:
        return sys.stdin.buffer.read()
    try:
        return Path(source).read_bytes()
    except OSError as error:
        raise CommandFailed(f"cannot read {source}: {error.strerror or error}", BAD_INPUT) from None


def _send(client: Client, source: str, document: bytes) -> _Sent:
    from service.client import ApiProblem

    started = time.monotonic()
    try:
        return _Sent(source, document, started, client.submit(document), None)
    except ApiProblem as problem:
        return _Sent(source, document, started, None, problem)


def _follow(client: Client, console: Console, sent: _Sent) -> _Ended:
    """Shows the job's states as they change, and what came of it."""
    console.rule(Text(plain(sent.source), style="bold"), align="left", characters="-")
    if sent.job is None:
        return _refused(sent)
    job = sent.job
    for job in client.follow(client.get(sent.job["id"]), _WAIT_S):
        note(f"{time.monotonic() - sent.started:7.2f} s  {job['state']}{_waiting(job)}")
    seconds = time.monotonic() - sent.started
    layout = _show(console, sent.document, job)
    code = DONE if layout is not None else INFEASIBLE if job["state"] == "infeasible" else FAILED
    return _Ended(sent.source, job["state"], seconds, layout, code)


def _refused(sent: _Sent) -> _Ended:
    problem = sent.problem
    if problem is None:
        raise ValueError("only a manifest that was refused has no job")
    complain(f"{sent.source}: {problem}")
    for fault in problem.errors:
        note(f"error: {fault.get('pointer') or '/'}: {fault.get('message')} [{fault.get('type')}]")
    code = BAD_INPUT if problem.status in _BAD_INPUT_STATUSES else FAILED
    return _Ended(sent.source, "refused", time.monotonic() - sent.started, None, code)


def _waiting(job: dict[str, Any]) -> str:
    """What a job waits for that nobody can do just now."""
    waiting = job.get("waiting_for")
    return "" if not waiting else f", waiting: {waiting}"


def _show(console: Console, document: bytes, job: dict[str, Any]) -> Layout | None:
    from service.render.view import layout_view
    from solver import load_manifest, read_layout

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


def _overview(ended: list[_Ended]) -> Table:
    """One line a manifest: what sharing was worth, and how far it was checked."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("manifest", "state", "run bytes", "threads per block", "validated", "seconds"):
        table.add_column(title, justify="right" if title == "seconds" else "left")
    for each in ended:
        cells = ["", "", ""]
        if each.layout is not None and each.layout.launch is not None:
            base, launch = each.layout.baselines["no_sharing"], each.layout.launch
            cells = [
                f"{base.run_bytes} -> {launch.run_bytes}",
                f"{base.threads_per_block} -> {launch.threads_per_block}",
                each.layout.validation.level,
            ]
        table.add_row(plain(each.source), each.state, *cells, f"{each.seconds:.2f}")
    table.caption = "run bytes and threads: without sharing -> Warpack"
    table.caption_justify = "left"
    return table
