"""Asks a service for `warpack.optimize` and `warpack solve`, if the environment names one. The answer is the same as if
this machine had searched.

WARPACK_URL     the service's base URL
WARPACK_KEY     an API key, if the service requires one
"""

from __future__ import annotations

import os
import queue
import secrets
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from warpack.by_service import service_url
from warpack.service.client.clients import Client
from warpack.service.client.problems import AlreadyFinished, ApiProblem, BadManifest
from warpack.service.client.values import Event, Job
from warpack.solver.wire.problems import ManifestError

if TYPE_CHECKING:
    from warpack.solver.recipe import Progress
    from warpack.solver.wire.layout import Layout
    from warpack.solver.wire.manifest import Manifest

_FIRST_WAIT_S = 2
"""How long the call that posts a manifest waits. A small one is answered within it."""
_LOOK_EVERY_S = 0.05
_LEAVE_S = 5.0


def service_of_environment() -> Client:
    """The client of the service that the environment names. Close it after use. Raises ValueError if WARPACK_URL is not
    the URL of a service."""
    return Client(service_url(), key=os.environ.get("WARPACK_KEY") or None)


def optimize(
    client: Client,
    manifest: Manifest,
    *,
    level: str = "static",
    on_progress: Callable[[Progress], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
    tell: Callable[[str], None] | None = None,
) -> Layout:
    """The layout, validated up to `level`. An infeasible or cancelled one has no validation.

    If no live worker can do the job's next step, `tell` is told what it waits for. Once `cancelled` returns True, or an
    exception ends the call (Ctrl-C), the order is cancelled. Raises ManifestError if no layout can give what the
    manifest asks for. Raises ApiProblem, and as such `JobFailed` if the job failed in another way.
    """
    document = manifest.model_dump() | {"validation": level}
    try:
        job = _Asking(client, document, on_progress, cancelled, tell).run()
        if job.problem is not None:
            raise job.problem
    except BadManifest as bad:
        raise ManifestError(bad.problems) from None
    layout = job.layout or job.best_so_far or job.infeasible
    if layout is None:
        from warpack.solver.recipe import optimize as solve

        layout = solve(
            manifest, cancelled=lambda: True
        )  # cancelled before the service had a layout: take the first one found here
    return layout if job.state == "ready" else unvalidated(manifest, layout)


def unvalidated(manifest: Manifest, layout: Layout) -> Layout:
    """The layout as the search makes it, without a validation."""
    from warpack.solver.wire.layout import Validation

    return replace(layout, validation=Validation(manifest.validation, "none"))


class _Asking:
    """One order. A thread follows the service, so that `cancelled` is asked all the time."""

    def __init__(
        self,
        client: Client,
        document: dict[str, Any],
        on_progress: Callable[[Progress], None] | None,
        cancelled: Callable[[], bool] | None,
        tell: Callable[[str], None] | None,
    ) -> None:
        self._client, self._document = client, document
        self._on_progress, self._cancelled, self._tell = on_progress, cancelled, tell
        self._key = f"ask-{secrets.token_hex(16)}"
        self._news: queue.SimpleQueue[Job | Event | BaseException] = queue.SimpleQueue()

    def run(self) -> Job:
        """The finished job."""
        listening = threading.Thread(target=self._listen, name="warpack-ask", daemon=True)
        listening.start()
        try:
            while True:
                try:
                    found = self._news.get(timeout=_LOOK_EVERY_S)
                except queue.Empty:
                    found = None
                if isinstance(found, BaseException):
                    raise found
                if isinstance(found, Job) and found.finished:
                    return found
                if found is not None:
                    self._heard(found)
                if self._cancelled is not None and self._cancelled():
                    return self._cancel()
        except ApiProblem:
            raise
        except BaseException:
            with suppress(ApiProblem):  # the first error is the one to raise
                self._cancel()
            raise
        finally:
            listening.join(_LEAVE_S)

    def _listen(self) -> None:
        try:
            job = self._client.submit(self._document, _FIRST_WAIT_S, idempotency_key=self._key)
            if not job.finished:
                self._news.put(job)
            if not job.finished or self._on_progress is not None:
                for event in self._client.events(job.id):
                    self._news.put(event)
                job = self._client.get(job.id) if not job.finished else job
            self._news.put(job)
        except BaseException as error:
            self._news.put(error)

    def _heard(self, news: Job | Event) -> None:
        if isinstance(news, Job):
            waits = news.get("waiting_for")
            if waits and self._tell is not None:
                self._tell(str(waits["message"]))
        elif news.kind == "incumbent" and self._on_progress is not None:
            self._on_progress(news.progress)

    def _cancel(self) -> Job:
        """Cancels the order by its idempotency key, which works even if nothing was heard of the order yet."""
        job = self._client.submit(self._document, idempotency_key=self._key)
        with suppress(AlreadyFinished):
            return self._client.cancel(job.id)
        return self._client.get(job.id)
