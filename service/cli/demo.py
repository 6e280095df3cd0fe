"""`warpack demo`."""

from __future__ import annotations

import signal
import sys
from concurrent.futures import ThreadPoolExecutor
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter
from rich.table import Table

from warpack.gpu_runtime.interpreter import import_root
from warpack.service.cli.demo_jobs import Ended, follow, send
from warpack.service.cli.demo_service import running_service
from warpack.service.cli.exits import BAD_INPUT, DONE, CommandFailed
from warpack.service.cli.inputs import STDIN, read_manifest
from warpack.service.cli.terminal import note, out
from warpack.service.render.text import plain

if TYPE_CHECKING:
    from warpack.service.client import Client


def demo(
    *manifests: Annotated[str, Parameter(help="Manifests to send. The default is those of the folder examples/.")],
    service: Annotated[str | None, Parameter(help="URL of a running service to use; else the demo starts one.")] = None,
) -> int:
    """Start a service on a free port, send it manifests over HTTP, follow the jobs, and show layouts and reports.

    Everything that it starts is stopped when it ends. Exit code 0: every layout came back validated.
    """
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    documents = [(source, _document(source)) for source in manifests] or _examples()
    if service is not None:
        return _run_with(service, documents)
    note("Starting a service on a free port ...")
    try:
        # A signal is raised in the main thread. During a connect it would leave a socket open. So the calls are made in
        # another thread, and fail once the service has been stopped.
        with ThreadPoolExecutor(1) as pool, running_service() as url:
            note(f"It answers on {url}")
            return pool.submit(_run_with, url, documents).result()
    finally:
        note("What was started has been stopped.")


def _run_with(url: str, documents: list[tuple[str, bytes]]) -> int:
    from warpack.service.client import Client

    with Client(url, retries=2) as client:
        return _run(client, documents)


def _run(client: Client, documents: list[tuple[str, bytes]]) -> int:
    """Sends all manifests, then follows one job after another. Meanwhile the service works on the later ones."""
    from warpack.service.client import Unreachable

    console = out()
    try:
        sent = [send(client, source, document) for source, document in documents]
        ended = [follow(client, console, job) for job in sent]
    except Unreachable as error:
        raise CommandFailed(f"the service does not answer: {error}") from None
    console.print(_overview(ended))
    return max((each.exit_code for each in ended), default=DONE)


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
        return sys.stdin.buffer.read()
    from warpack.solver.reading.texts.written import form_of_name

    if form_of_name(source) != "json":  # a service takes JSON alone
        return read_manifest(source).model_dump_json().encode()
    try:
        return Path(source).read_bytes()
    except OSError as error:
        raise CommandFailed(f"cannot read {source}: {error.strerror or error}", BAD_INPUT) from None


def _overview(ended: list[Ended]) -> Table:
    """A row for each manifest: what sharing has saved, and the level of validation."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("manifest", "state", "run bytes", "block region", "threads per block", "validated", "seconds"):
        table.add_column(title, justify="right" if title == "seconds" else "left")
    for each in ended:
        cells = ["", "", "", ""]
        if each.layout is not None and each.layout.launch is not None:
            base, launch = each.layout.baselines["no_sharing"], each.layout.launch
            cells = [
                f"{base.run_bytes} -> {launch.run_bytes}",
                f"{base.block_region_bytes} -> {launch.block_region_bytes}",
                f"{base.threads_per_block} -> {launch.threads_per_block}",
                each.layout.validation.level,
            ]
        elif each.layout is not None and each.layout.pool is not None:
            base_bytes = each.layout.baselines["no_sharing"].pool_bytes
            cells = [f"{base_bytes} -> {each.layout.pool.pool_bytes} (pool)", "", "", each.layout.validation.level]
        table.add_row(plain(each.source), each.state, *cells, f"{each.seconds:.2f}")
    table.caption = "bytes and threads: without sharing -> Warpack"
    table.caption_justify = "left"
    return table
