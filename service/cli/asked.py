"""Clients for commands: a service that is not there is told at once, and what it does with an order can be said."""

from __future__ import annotations

import os
from collections.abc import Iterator

import httpx2

from warpack.service.client.clients import Client
from warpack.service.client.documents import Document
from warpack.service.client.problems import Unreachable
from warpack.service.client.values import Event, Job

_WAITS = {
    "worker": "waiting for a worker",
    "gpu-extra": "waiting for a worker with CUDA compilers",
    "hardware": "waiting for a GPU worker",
}
"""By what is missing."""


_CONNECT_S = 10.0
"""How long the first connection may take. A host that is not there may be silent."""


class FirstContact(httpx2.BaseTransport):
    """Sends calls. Until the service has answered once, a connection that cannot be made ends the call: nobody listens
    there, or the name is wrong. Later the service may be about to restart, and the client tries again, unless it is one
    that never `restarts`."""

    def __init__(self, url: str, inner: httpx2.BaseTransport | None = None, *, restarts: bool = True) -> None:
        self._url, self._met, self._restarts = url, False, restarts
        self._inner = inner or httpx2.HTTPTransport(trust_env=False)

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        limits = request.extensions.get("timeout")
        if limits and not self._met:
            limits["connect"] = min(limits.get("connect") or _CONNECT_S, _CONNECT_S)
        try:
            answer = self._inner.handle_request(request)
        except (httpx2.ConnectError, httpx2.ConnectTimeout) as error:
            if self._met and self._restarts:
                raise
            raise Unreachable(self._url, str(error) or "no answer") from None
        self._met = True
        return answer

    def close(self) -> None:
        self._inner.close()


class OrderClient(Client):
    """A client for one order. `doing` says what the service does with it; nothing while it packs."""

    def __init__(self, url: str, transport: httpx2.BaseTransport | None = None) -> None:
        key = os.environ.get("WARPACK_KEY") or None
        super().__init__(url, key=key, transport=transport or FirstContact(url))
        self.doing = "asking the service"

    def submit(self, manifest: Document, wait_s: int = 0, *, idempotency_key: str | None = None) -> Job:
        job = super().submit(manifest, wait_s, idempotency_key=idempotency_key)
        self._see(job)
        return job

    def events(self, job_id: str, *, after: int = 0) -> Iterator[Event]:
        for event in super().events(job_id, after=after):
            if event.kind != "incumbent":
                self._see(self.get(job_id))
            yield event

    def _see(self, job: Job) -> None:
        waits = job.get("waiting_for")
        if waits:
            self.doing = _WAITS.get(str(waits["capability"]), "waiting")
        else:
            self.doing = {"queued": "waiting for its turn", "solving": ""}.get(job.state, job.state)
