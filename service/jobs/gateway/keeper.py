"""The keeper of tasks for a worker that does not share the database: it asks a service by HTTPS.

All connections go out from the worker; none comes in. Proxies and certificate authorities are those of the environment
(HTTPS_PROXY, NO_PROXY, SSL_CERT_FILE), and certificates are checked.
"""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any

import httpx2

from warpack.service.jobs.gateway.wire import (
    CLAIM_OVER,
    TOKEN_FIELD,
    UNKNOWN_WORKER,
    Admission,
    End,
    claim_from_json,
)
from warpack.service.jobs.keeper import KeeperAway
from warpack.service.problems import ProblemDetails
from warpack.service.store.records import Claim, Task

_LOG = logging.getLogger("warpack.worker")
_NETWORK_S = 10.0
_DELIVERY_S = 60.0
"""A delivery may have megabytes, and the service reads it before it answers."""
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_TRY_AGAIN = frozenset({HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.REQUEST_TIMEOUT})


class GatewayRefused(Exception):
    """The service refuses this worker: its key is not valid, or the service takes no gateway workers."""


class UnknownWorker(Exception):
    """The service has given this worker up. The worker holds no claims, and must introduce itself again."""


class GatewayKeeper:
    """`url` is that of the service; `token` is an API key with the scope `worker`. Raises ValueError for an `http://`
    URL of another machine, unless `insecure` allows it: others could read and change key and results on the way."""

    def __init__(self, url: str, token: str, *, insecure: bool = False) -> None:
        parts = httpx2.URL(url)
        if parts.scheme not in ("https", "http") or not parts.host:
            raise ValueError(f"{url!r} is not the URL of a service: use https://HOST")
        if parts.scheme == "http" and parts.host not in _LOOPBACK and not insecure:
            raise ValueError(f"{url!r} would send key and results in the clear: use https://, or allow it (--insecure)")
        if not token.isascii() or not token.isprintable() or not token or " " in token:
            raise ValueError("the token is not an API key: make one with `warpack admin keys make NAME --scope worker`")
        shown = {"Authorization": f"Bearer {token}"}
        self._calls = httpx2.Client(base_url=url, headers=shown, timeout=_NETWORK_S)
        self._claims = httpx2.AsyncClient(base_url=url, headers=shown, timeout=_NETWORK_S)
        self._admission: Admission | None = None
        self._offered: dict[str, Claim] = {}
        self._held: dict[str, Claim] = {}
        self._unwanted: frozenset[str] = frozenset()
        self._claiming = False
        self._changing = threading.Lock()

    @property
    def admission(self) -> Admission:
        """The current admission. Raises UnknownWorker before the first one."""
        if self._admission is None:
            raise UnknownWorker("this worker was not admitted yet")
        return self._admission

    @property
    def until_next_beat_s(self) -> float:
        """Half the interval while claims are held, so that cancelled ones end soon."""
        return self.admission.beat_s / 2 if self._held else self.admission.beat_s

    def introduce(self, room: Mapping[str, int], devices: Collection[dict[str, Any]], versions: dict[str, str]) -> None:
        """Introduces this worker, which gets a new id and holds no claims. `room`: the number of tasks at a time, by
        queue."""
        said = {"queues": dict(room), "devices": list(devices), "versions": versions}
        with _as_said():
            admission = Admission(**json.loads(self._ask("POST", "/v1/workers", said).content))
        with self._changing:
            self._admission = admission
            self._unwanted = frozenset(self._held)

    def beat(self, *, taking: bool) -> None:
        """Sends a heartbeat with the claims that this worker holds, and learns which of them are still wanted."""
        with self._changing:
            holds = sorted(self._held)
            said = {"holds": holds, "claiming": self._claiming, "taking": taking}
        with _as_said():
            wanted = frozenset(json.loads(self._ask("POST", f"{self._path}/beat", said).content)["wanted"])
        with self._changing:
            self._unwanted |= frozenset(holds) - wanted
            self._unwanted &= self._held.keys()

    def forget(self, claim: Claim) -> None:
        """Drops a claim that nothing here works on any longer. The service learns it from the next heartbeat."""
        with self._changing:
            self._held.pop(claim.token, None)
            self._offered.pop(claim.token, None)
            self._unwanted -= {claim.token}

    def drop_all(self) -> None:
        """Drops all claims. Other workers have them now, or will have them."""
        with self._changing:
            self._unwanted = frozenset(self._held)

    async def next(self, queues: Collection[str]) -> Claim | None:
        """A task of these queues, claimed for this worker; None if none came for some time."""
        with self._changing:
            said = {"queues": list(queues), "holds": sorted(self._held), "wait_s": self.admission.wait_s}
            self._claiming = True
        path, limit_s = f"{self._path}/claim", _NETWORK_S + self.admission.wait_s
        try:
            try:
                answer = await self._claims.post(path, json=said, timeout=limit_s)
            except httpx2.TransportError as error:
                raise KeeperAway(_why(error)) from None
            if self._checked(answer).status_code == HTTPStatus.NO_CONTENT:
                return None
            with _as_said():  # a claim that cannot be read is not held, and the service releases it
                claim = claim_from_json(json.loads(answer.content))
            with self._changing:
                self._offered[claim.token] = self._held[claim.token] = claim
            return claim
        finally:
            self._claiming = False

    def claim(self, task: Task) -> Claim | None:
        """The claim that `next` gave for the task."""
        with self._changing:
            token = next((token for token, claim in self._offered.items() if claim.task == task), "")
            return self._offered.pop(token, None)

    def wanted(self, claims: tuple[Claim, ...]) -> frozenset[str]:
        return frozenset(claim.token for claim in claims) - self._unwanted

    def tell(self, claim: Claim, incumbent: dict[str, Any]) -> None:
        try:
            self._send(claim, "incumbent", incumbent)
        except (KeeperAway, UnknownWorker) as error:
            _LOG.warning("an incumbent could not be told: %s", error)

    def solved(self, claim: Claim, found: dict[str, Any]) -> bool:
        return self._found(claim, found)

    def validated(self, claim: Claim, found: dict[str, Any]) -> bool:
        return self._found(claim, found)

    def fail(self, claim: Claim, problem: ProblemDetails) -> bool:
        told = {"type": problem.slug, "title": problem.title, "detail": problem.detail}
        return self._end(claim, "failed", told)

    def lose(self, claim: Claim, said: str) -> bool:
        return self._end(claim, "lost", {"said": said})

    def release(self, claim: Claim) -> bool:
        return self._end(claim, "released", {})

    def leave(self) -> None:
        """Signs off. The service releases all claims of this worker."""
        self._ask("DELETE", self._path)

    def close(self) -> None:
        self._calls.close()

    async def close_claims(self) -> None:
        await self._claims.aclose()

    def _found(self, claim: Claim, found: dict[str, Any]) -> bool:
        try:
            return self._end(claim, "found", found)
        except _Unfit as error:
            # Another worker may do better. After three such losses the job ends with this reason.
            return self._end(claim, "lost", {"said": f"the worker's result was refused: {error}"})

    def _end(self, claim: Claim, end: End, said: dict[str, Any]) -> bool:
        try:
            heard = self._send(claim, end, said)
        except UnknownWorker:
            heard = False
        if not heard:
            _LOG.warning("the end of a task was refused: another worker has it now, or it was cancelled")
        return heard

    def _send(self, claim: Claim, end: End, said: dict[str, Any]) -> bool:
        path = f"{self._path}/{claim.task.kind}/{claim.id}/{end}"
        try:
            self._ask("POST", path, said, {TOKEN_FIELD: claim.token}, _DELIVERY_S)
        except _ClaimOver:
            return False
        return True

    @property
    def _path(self) -> str:
        return f"/v1/workers/{self.admission.id}"

    def _ask(
        self,
        method: str,
        path: str,
        said: dict[str, Any] | None = None,
        headers: dict[str, str] | None = None,
        limit_s: float = _NETWORK_S,
    ) -> httpx2.Response:
        body: dict[str, Any] = {} if said is None else {"json": said}
        try:
            answer = self._calls.request(method, path, headers=headers, timeout=limit_s, **body)
        except httpx2.TransportError as error:
            raise KeeperAway(_why(error)) from None
        return self._checked(answer)

    def _checked(self, answer: httpx2.Response) -> httpx2.Response:
        """The answer, if it is a success. Else raises the error that it tells of."""
        if answer.is_success:
            return answer
        status, kind, detail = answer.status_code, *_problem(answer)
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status in _TRY_AGAIN:
            raise KeeperAway(f"the service answered {status}: {detail}")
        if kind == UNKNOWN_WORKER:
            raise UnknownWorker(detail)
        if kind == CLAIM_OVER:
            raise _ClaimOver(detail)
        if status in (HTTPStatus.UNPROCESSABLE_ENTITY, HTTPStatus.REQUEST_ENTITY_TOO_LARGE):
            raise _Unfit(detail)
        raise GatewayRefused(f"the service answered {status}: {detail}")


class _ClaimOver(Exception):
    """The claim has ended, or another has replaced it."""


class _Unfit(GatewayRefused):
    """The service does not accept the body of the request."""


@contextmanager
def _as_said() -> Iterator[None]:
    """For a block that reads an answer. Raises KeeperAway if the answer has not the form that a service gives it."""
    try:
        yield
    except (ValueError, KeyError, TypeError) as error:
        raise KeeperAway(f"the answer is not one of this service, or is damaged: {error}") from None


def _problem(answer: httpx2.Response) -> tuple[str, str]:
    """The last part of the problem's type, and its detail. Of an answer that is not a problem, its reason."""
    try:
        document = answer.json()
        return str(document["type"]).rpartition(":")[2], str(document["detail"])
    except (ValueError, KeyError, TypeError):
        return "", f"{answer.reason_phrase or 'no reason given'} (not in the form of this service)"


def _why(error: httpx2.TransportError) -> str:
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
