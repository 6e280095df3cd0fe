"""Problems as ASGI messages, for code that answers before the framework is reached."""

from __future__ import annotations

from starlette.types import Send

from warpack.service.api.edge.counts import count_problem
from warpack.service.problems import MEDIA_TYPE, ProblemDetails

RETRY_SOON = {"Retry-After": "1"}


async def send_problem(send: Send, problem: ProblemDetails, headers: dict[str, str] | None = None) -> None:
    """Sends the problem as the whole answer."""
    count_problem(problem)
    body = problem.to_text().encode()
    fields = {"Content-Type": MEDIA_TYPE, "Content-Length": str(len(body)), **(headers or {})}
    await send({"type": "http.response.start", "status": int(problem.status), "headers": encoded(fields)})
    await send({"type": "http.response.body", "body": body, "more_body": False})


def encoded(fields: dict[str, str]) -> list[tuple[bytes, bytes]]:
    """Header fields as ASGI has them."""
    return [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in fields.items()]


def header(headers: list[tuple[bytes, bytes]], name: bytes) -> bytes | None:
    """The value of the first field with this name. `name` is in lower case."""
    for key, value in headers:
        if key == name:
            return value
    return None
