"""The two clients. They have the same calls (see `calls` and `following`); one loop is blocking, one asynchronous."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from functools import wraps
from types import TracebackType
from typing import Any, Concatenate, ParamSpec, TypeVar, cast

import httpx2

from warpack.service.client.attempts import Answer, Lost, Pause, Request, Steps
from warpack.service.client.following import Following, Found, Give, Next, Open, Opened, Stream
from warpack.service.client.values import Event

_IDLE = httpx2.Limits(max_keepalive_connections=20, keepalive_expiry=30)

Given = ParamSpec("Given")
Value = TypeVar("Value")


def _blocking(
    call: Callable[Concatenate[Following, Given], Steps[Value]],
) -> Callable[Concatenate[Client, Given], Value]:
    @wraps(call)
    def do(self: Client, /, *given: Given.args, **named: Given.kwargs) -> Value:
        return self._do(call(self._calls, *given, **named))

    return do


def _iterating(
    call: Callable[Concatenate[Following, Given], Stream[Value]],
) -> Callable[Concatenate[Client, Given], Iterator[Value]]:
    @wraps(call)
    def do(self: Client, /, *given: Given.args, **named: Given.kwargs) -> Iterator[Value]:
        return self._give(call(self._calls, *given, **named))

    return do


def _awaiting(
    call: Callable[Concatenate[Following, Given], Steps[Value]],
) -> Callable[Concatenate[AsyncClient, Given], Coroutine[Any, Any, Value]]:
    @wraps(call)
    async def do(self: AsyncClient, /, *given: Given.args, **named: Given.kwargs) -> Value:
        return await self._do(call(self._calls, *given, **named))

    return do


def _iterating_async(
    call: Callable[Concatenate[Following, Given], Stream[Value]],
) -> Callable[Concatenate[AsyncClient, Given], AsyncIterator[Value]]:
    @wraps(call)
    def do(self: AsyncClient, /, *given: Given.args, **named: Given.kwargs) -> AsyncIterator[Value]:
        return self._give(call(self._calls, *given, **named))

    return do


class Client:
    """A client of the service with this base URL. Close it, or use it in a `with` block.

    Manifests and layouts are Warpack's own objects, dictionaries, JSON text, or a `pathlib.Path`. A path may also be of
    a manifest in YAML or TOML.

    `key`: an API key, if the service requires one. `retries`: how often a call is tried again if it got no answer, or
    was told to try later (429, 503). It then waits as long as `Retry-After` says. `transport`: the transport of httpx2.
    """

    submit = _blocking(Following.submit)
    get = _blocking(Following.get)
    wait = _blocking(Following.wait)
    solve = _blocking(Following.solve)
    batch = _blocking(Following.batch)
    list = _blocking(Following.list)
    cancel = _blocking(Following.cancel)
    artefact = _blocking(Following.artefact)
    bundle = _blocking(Following.bundle)
    check = _blocking(Following.check)
    read = _blocking(Following.read)
    verify = _blocking(Following.verify)
    devices = _blocking(Following.devices)
    caller = _blocking(Following.caller)
    events = _iterating(Following.events)
    follow = _iterating(Following.follow)
    jobs = _iterating(Following.jobs)

    def __init__(
        self, base_url: str, *, key: str | None = None, retries: int = 6, transport: httpx2.BaseTransport | None = None
    ) -> None:
        self._calls = Following(_checked(base_url), retries)
        self._http = httpx2.Client(
            base_url=base_url, headers=_shown(key), limits=_IDLE, trust_env=False, transport=transport
        )

    def __enter__(self) -> Client:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._http.close()

    def _do(self, steps: Steps[Value]) -> Value:
        found: Answer | Lost | None = None
        while True:
            try:
                step = steps.send(found)
            except StopIteration as done:
                return cast(Value, done.value)
            found = self._step(step)

    def _step(self, step: Request | Pause) -> Answer | Lost | None:
        if isinstance(step, Pause):
            time.sleep(step.seconds)
            return None
        try:
            return _answer(self._http.send(_built(self._http, step)))
        except httpx2.TransportError as error:
            return Lost(str(error))

    def _give(self, stream: Stream[Value]) -> Iterator[Value]:
        found: Found = None
        opened: httpx2.Response | None = None
        events: Iterator[httpx2.ServerSentEvent] = iter(())
        try:
            while True:
                try:
                    step = stream.send(found)
                except StopIteration:
                    return
                try:
                    match step:
                        case Give(value):
                            found = None
                            yield value
                        case Open(request):
                            if opened is not None:
                                opened.close()
                            opened = self._http.send(_built(self._http, request), stream=True)
                            found = Opened()
                            if opened.is_error:
                                opened.read()
                                found = _answer(opened)
                            events = iter(httpx2.EventSource(opened)) if isinstance(found, Opened) else iter(())
                        case Next():
                            found = _event(next(events, None))
                        case _:
                            found = self._step(step)
                except httpx2.TransportError as error:
                    found = Lost(str(error))
        finally:
            if opened is not None:
                opened.close()


class AsyncClient:
    """`Client` with coroutines and asynchronous iterators, for one event loop. Use `async with AsyncClient(url) as
    client`."""

    submit = _awaiting(Following.submit)
    get = _awaiting(Following.get)
    wait = _awaiting(Following.wait)
    solve = _awaiting(Following.solve)
    batch = _awaiting(Following.batch)
    list = _awaiting(Following.list)
    cancel = _awaiting(Following.cancel)
    artefact = _awaiting(Following.artefact)
    bundle = _awaiting(Following.bundle)
    check = _awaiting(Following.check)
    read = _awaiting(Following.read)
    verify = _awaiting(Following.verify)
    devices = _awaiting(Following.devices)
    caller = _awaiting(Following.caller)
    events = _iterating_async(Following.events)
    follow = _iterating_async(Following.follow)
    jobs = _iterating_async(Following.jobs)

    def __init__(
        self,
        base_url: str,
        *,
        key: str | None = None,
        retries: int = 6,
        transport: httpx2.AsyncBaseTransport | None = None,
    ) -> None:
        self._calls = Following(_checked(base_url), retries)
        self._http = httpx2.AsyncClient(
            base_url=base_url, headers=_shown(key), limits=_IDLE, trust_env=False, transport=transport
        )

    async def __aenter__(self) -> AsyncClient:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        await self._http.aclose()

    async def _do(self, steps: Steps[Value]) -> Value:
        found: Answer | Lost | None = None
        while True:
            try:
                step = steps.send(found)
            except StopIteration as done:
                return cast(Value, done.value)
            found = await self._step(step)

    async def _step(self, step: Request | Pause) -> Answer | Lost | None:
        if isinstance(step, Pause):
            await asyncio.sleep(step.seconds)
            return None
        try:
            return _answer(await self._http.send(_built(self._http, step)))
        except httpx2.TransportError as error:
            return Lost(str(error))

    async def _give(self, stream: Stream[Value]) -> AsyncIterator[Value]:
        found: Found = None
        opened: httpx2.Response | None = None
        events: AsyncIterator[httpx2.ServerSentEvent] | None = None
        try:
            while True:
                try:
                    step = stream.send(found)
                except StopIteration:
                    return
                try:
                    match step:
                        case Give(value):
                            found = None
                            yield value
                        case Open(request):
                            if opened is not None:
                                await opened.aclose()
                            opened = await self._http.send(_built(self._http, request), stream=True)
                            found = Opened()
                            if opened.is_error:
                                await opened.aread()
                                found = _answer(opened)
                            events = aiter(httpx2.EventSource(opened)) if isinstance(found, Opened) else None
                        case Next():
                            found = None if events is None else _event(await anext(events, None))
                        case _:
                            found = await self._step(step)
                except httpx2.TransportError as error:
                    found = Lost(str(error))
        finally:
            if opened is not None:
                await opened.aclose()


def _checked(url: str) -> str:
    if not url.startswith(("http://", "https://")):
        raise ValueError(f"the URL of a service must begin with http:// or https://, and {url!r} does not")
    return url


def _shown(key: str | None) -> dict[str, str]:
    return {} if key is None else {"Authorization": f"Bearer {key}"}


def _built(http: httpx2.Client | httpx2.AsyncClient, request: Request) -> httpx2.Request:
    return http.build_request(
        request.method, request.path, content=request.body, headers=dict(request.headers), timeout=request.limit_s
    )


def _answer(response: httpx2.Response) -> Answer:
    return Answer(response.status_code, response.headers, response.content)


def _event(told: httpx2.ServerSentEvent | None) -> Event | None:
    return None if told is None else Event(int(told.id or 0), told.event, cast(dict[str, Any], told.json()))
