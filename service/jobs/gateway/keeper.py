"""The keeper of a worker that does not share the database: a service, asked by HTTPS.

Everything goes out from here: nothing has to be let in. Proxies and certificate authorities are those of the
environment (HTTPS_PROXY, NO_PROXY, SSL_CERT_FILE), and certificates are checked.
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
"""What is delivered may be megabytes, and is read by the service before it answers."""
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_TRY_AGAIN = frozenset({HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.REQUEST_TIMEOUT})


class GatewayRefused(Exception):
    """The service does not want this worker: its key is no good, or no worker is let in there."""


class UnknownWorker(Exception):
    """The service has given this worker up: it has to introduce itself again, and holds nothing."""


class GatewayKeeper:
    """`url` of the service; `token`: an API key with the scope `worker`. Raises ValueError for an `http://` URL of
    another machine, unless that is allowed by `insecure`: key and results could be read and changed on the way."""

    def __init__(self, url: str, token: str, *, insecure: bool = False) -> None:
        parts = httpx2.URL(url)
        if parts.scheme not in ("https", "http") or not parts.host:
            raise ValueError(f"{url!r} is no URL of a service: https://HOST")
        if parts.scheme == "http" and parts.host not in _LOOPBACK and not insecure:
            raise ValueError(f"{url!r} would send key and results in the clear: use https://, or allow it (--insecure)")
        if not token.isascii() or not token.isprintable() or not token or " " in token:
            raise ValueError("the token is no API key: `warpack admin keys make NAME --scope worker` makes one")
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
        if self._admission is None:
            raise UnknownWorker("this worker was not let in yet")
        return self._admission

    @property
    def until_next_beat_s(self) -> float:
        """Half as long while something is held, so that what is called off ends soon."""
        return self.admission.beat_s / 2 if self._held else self.admission.beat_s

    def introduce(self, room: Mapping[str, int], devices: Collection[dict[str, Any]], versions: dict[str, str]) -> None:
        """Under a new id, with which it holds nothing. `room`: how many tasks of each queue it does at a time."""
        said = {"queues": dict(room), "devices": list(devices), "versions": versions}
        with _as_said():
            admission = Admission(**json.loads(self._ask("POST", "/v1/workers", said).content))
        with self._changing:
            self._admission = admission
            self._unwanted = frozenset(self._held)

    def beat(self, *, taking: bool) -> None:
        """Tell that this worker is alive and what it holds, and hear what is no longer wanted of that."""
        with self._changing:
            holds = sorted(self._held)
            said = {"holds": holds, "claiming": self._claiming, "taking": taking}
        with _as_said():
            wanted = frozenset(json.loads(self._ask("POST", f"{self._path}/beat", said).content)["wanted"])
        with self._changing:
            self._unwanted |= frozenset(holds) - wanted
            self._unwanted &= self._held.keys()

    def forget(self, claim: Claim) -> None:
        """Nobody here works on it any longer: if the service thinks so, it is told at the next beat."""
        with self._changing:
            self._held.pop(claim.token, None)
            self._offered.pop(claim.token, None)
            self._unwanted -= {claim.token}

    def drop_all(self) -> None:
        """Whatever is held is another's by now, or will be."""
        with self._changing:
            self._unwanted = frozenset(self._held)

    async def next(self, queues: Collection[str]) -> Claim | None:
        """A task of these queues, claimed for this worker; None where none came for a while."""
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
            with _as_said():  # else it is not held, and so the service releases it when it hears of that
                claim = claim_from_json(json.loads(answer.content))
            with self._changing:
                self._offered[claim.token] = self._held[claim.token] = claim
            return claim
        finally:
            self._claiming = False

    def claim(self, task: Task) -> Claim | None:
        """Of what `next` gave."""
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
        """Sign off: whatever the service thinks that this worker holds is released."""
        self._ask("DELETE", self._path)

    def close(self) -> None:
        self._calls.close()

    async def close_claims(self) -> None:
        await self._claims.aclose()

    def _found(self, claim: Claim, found: dict[str, Any]) -> bool:
        try:
            return self._end(claim, "found", found)
        except _Unfit as error:
            # Another worker may do better; three such losses end the job with what was said.
            return self._end(claim, "lost", {"said": f"what the worker found was refused: {error}"})

    def _end(self, claim: Claim, end: End, said: dict[str, Any]) -> bool:
        try:
            heard = self._send(claim, end, said)
        except UnknownWorker:
            heard = False
        if not heard:
            _LOG.warning("what became of a task was not heard: it is another's by now, or was called off")
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
        """Raises what the answer says, if it is not one to go on with."""
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
    """The claim has ended, or another took its place."""


class _Unfit(GatewayRefused):
    """The service does not take what was said."""


@contextmanager
def _as_said() -> Iterator[None]:
    """What came is read within; raises KeeperAway where it is not what a service says."""
    try:
        yield
    except (ValueError, KeyError, TypeError) as error:
        raise KeeperAway(f"the answer is none of this service's, or came damaged: {error}") from None


def _problem(answer: httpx2.Response) -> tuple[str, str]:
    """The last part of the type, and the detail; of an answer that is no problem, what can be said of it."""
    try:
        document = answer.json()
        return str(document["type"]).rpartition(":")[2], str(document["detail"])
    except (ValueError, KeyError, TypeError):
        return "", f"{answer.reason_phrase or 'no reason given'} (not in the form of this service)"


def _why(error: httpx2.TransportError) -> str:
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
