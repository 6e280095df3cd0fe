"""`warpack demo`."""

from __future__ import annotations

import signal
import sys
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from socket import socketpair
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from warpack.gpu_runtime.interpreter import import_root
from warpack.service.cli.demo_jobs import Ended, follow, send
from warpack.service.cli.demo_service import running_service
from warpack.service.cli.exits import BAD_INPUT, DONE, CommandFailed
from warpack.service.cli.inputs import STDIN, read_manifest, stdin_bytes
from warpack.service.cli.options import Quiet
from warpack.service.cli.progress import showing
from warpack.service.cli.shown import show_layout
from warpack.service.cli.terminal import be_quiet, note, out
from warpack.service.render.columns import Column, Columns
from warpack.service.render.text import plain

if TYPE_CHECKING:
    from warpack.service.client import Client


def demo(
    *manifests: Annotated[str, Parameter(help="Manifests to send. The default is those of the folder examples/.")],
    service: Annotated[str | None, Parameter(help="URL of a running service to use; else the demo starts one.")] = None,
    verbose: Annotated[
        bool,
        Parameter(
            name=["--verbose", "-v"], negative="", show_default=False, help="Show every layout with its reports, too."
        ),
    ] = False,
    quiet: Quiet = False,
) -> int:
    """Start a service on a free port, send it manifests over HTTP, follow the jobs, and show what each has gained.

    Everything that it starts is stopped when it ends. On a slow machine it waits, and says what for.

    Exit code 0: every layout came back validated. 1: a job failed. 2: a manifest is bad. 3: infeasible.
    """
    be_quiet(quiet)
    show = _Show(verbose, quiet)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    documents = [(source, _document(source)) for source in manifests] or _examples()
    if service is not None:
        return _run_with(service, documents, show, restarts=True)
    note("Starting a service on a free port ...")
    try:
        # A signal is raised in the main thread. During a connect it would leave a socket open. So the calls are made in
        # another thread, and fail once the service has been stopped.
        with ThreadPoolExecutor(1) as pool, running_service() as url:
            note(f"It answers on {url}")
            return _result(pool.submit(_run_with, url, documents, show, restarts=False))
    finally:
        note("What was started has been stopped.")


def _result(pending: Future[int]) -> int:
    """Waits on a socket: a signal that is raised within `Future.result` may find its lock taken from it, and then
    another error is raised."""
    ended, end = socketpair()
    pending.add_done_callback(lambda _: end.close())
    with ended:
        ended.recv(1)
    return pending.result()


def _run_with(url: str, documents: list[tuple[str, bytes]], show: _Show, *, restarts: bool) -> int:
    from warpack.service.cli.asked import FirstContact
    from warpack.service.client import Client

    with Client(url, transport=FirstContact(url, restarts=restarts)) as client:
        return _run(client, documents, show)


def _run(client: Client, documents: list[tuple[str, bytes]], show: _Show) -> int:
    """Sends all manifests, then follows one job after another. Meanwhile the service works on the later ones."""
    from warpack.service.client import Unreachable

    now, ended = "sending", list[Ended]()

    def tell(state: str) -> None:
        nonlocal now
        now = state

    try:
        with showing(lambda: f"{len(ended)} of {len(documents)} manifests done; {now}"):
            for job in [send(client, source, document) for source, document in documents]:
                ended.append(follow(client, job, tell))
    except Unreachable as error:
        raise CommandFailed(f"the service does not answer: {error}") from None
    show.all(ended)
    return max((each.exit_code for each in ended), default=DONE)


@dataclass(frozen=True)
class _Show:
    """What is printed at the end: the layouts if `verbose`, then the table; nothing if `quiet`."""

    verbose: bool
    quiet: bool

    def all(self, ended: list[Ended]) -> None:
        if self.quiet:
            return
        console = out()
        for each in ended if self.verbose else ():
            if each.layout is not None:
                from warpack.solver import load_manifest

                console.rule(plain(each.source), align="left", characters="-")
                show_layout(load_manifest(each.document), each.layout, verbose=True)
                console.print()
        console.print(_overview(ended))


def _examples() -> list[tuple[str, bytes]]:
    """The manifests of the source tree's examples, smallest first. Without a source tree, the one in the package."""
    folder = import_root() / "examples"
    found = sorted(folder.glob("[0-9]*.json"))
    if found:
        return [(f"examples/{path.name}", path.read_bytes()) for path in found]
    sample = resources.files("warpack.service.cli").joinpath("sample.json")
    return [("sample.json", sample.read_bytes())]


def _document(source: str) -> bytes:
    if source == STDIN:
        return stdin_bytes()
    from warpack.solver.reading.texts.written import form_of_name

    if form_of_name(source) != "json":  # a service takes JSON alone
        return read_manifest(source).model_dump_json().encode()
    try:
        return Path(source).read_bytes()
    except OSError as error:
        raise CommandFailed(f"cannot read {source}: {error.strerror or error}", BAD_INPUT) from None


def _overview(ended: list[Ended]) -> Columns:
    """A row for each manifest: what sharing has saved, and the level of validation."""
    columns = [Column("manifest", head=True), Column("state")]
    columns += [Column("run bytes", whole=True), Column("block region", whole=True, spare=True)]
    columns += [Column("threads per block", whole=True), Column("validated"), Column("seconds", right=True, spare=True)]
    rows = [(plain(each.source), each.state, *_gained(each), f"{each.seconds:.2f}") for each in ended]
    return Columns(columns, rows, "bytes and threads: without sharing -> Warpack")


def _gained(each: Ended) -> tuple[str, str, str, str]:
    layout = each.layout
    if layout is None:
        return each.remark, "", "", ""
    base, level = layout.baselines["no_sharing"], layout.validation.level
    if layout.launch is None:
        return f"{base.pool_bytes} -> {layout.pool.pool_bytes if layout.pool else 0} (pool)", "", "", level
    return (
        f"{base.run_bytes} -> {layout.launch.run_bytes}",
        f"{base.block_region_bytes} -> {layout.launch.block_region_bytes}",
        f"{base.threads_per_block or 'none'} -> {layout.launch.threads_per_block}",
        level,
    )
