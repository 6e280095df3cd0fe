"""`/`: the web page. Its files lie in `service/page/`, and this service serves every one of them.

The page names its files below `/page/VERSION/`. So a browser keeps them for good, and still gets new ones after an
update of the service.
"""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import APIRouter, Header, Query, Request, Response

from warpack.service.api.answers.errors import ApiError
from warpack.service.api.answers.page_files import packed, page_files
from warpack.service.api.answers.rendered import IfNoneMatch, tagged
from warpack.service.api.edge.hosts import is_loopback
from warpack.service.problems import ProblemDetails
from warpack.service.settings import Settings

router = APIRouter(include_in_schema=False)

AcceptEncoding = Annotated[str | None, Header()]

_FOREVER = "private, max-age=31536000, immutable"
_VERSION = re.compile(r"[0-9a-f]{12}/")
_ORIGIN = re.compile(r"https?://(?:[a-z0-9-]+(?:\.[a-z0-9-]+)*|\[[0-9a-f:]+\])(?::[0-9]{1,5})?", re.ASCII)
_LONGEST_ADDRESS = 4096


@router.get("/")
async def page(
    request: Request,
    url: Annotated[str | None, Query(description="Where the page fetches a manifest.")] = None,
    embed: Annotated[str | None, Query(description="Shows the layout alone, in a frame of another page.")] = None,
    accept_encoding: AcceptEncoding = None,
    if_none_match: IfNoneMatch = None,
) -> Response:
    settings: Settings = request.app.state.settings
    found = page_files()
    keys = "optional" if is_loopback(settings.host) else "required"
    base = f"page/{found.version}"
    preloads = "\n".join(f'<link rel="modulepreload" href="{base}/{name}">' for name in found.first_modules)
    filled = {"@preloads@": "" if embed is not None else preloads, "@version@": found.version, "@keys@": keys}
    body = found.index
    for token, value in filled.items():
        body = body.replace(token.encode(), value.encode())
    headers = _frame_headers(embed is not None) | {
        "Content-Security-Policy": policy(origin_of(url), embed is not None),
        "Cache-Control": "private, no-cache",
    }
    return _sent(body, packed(body), "text/html; charset=utf-8", accept_encoding, if_none_match, headers)


@router.get("/page/{path:path}")
async def file(path: str, accept_encoding: AcceptEncoding = None, if_none_match: IfNoneMatch = None) -> Response:
    found = page_files()
    version = _VERSION.match(path)
    wanted = found.by_name.get(path[version.end() :] if version else path)
    if wanted is None:
        raise ApiError(ProblemDetails("not-found", "Not Found", HTTPStatus.NOT_FOUND, "The page has no such file."))
    kept = version is not None and version.group() == f"{found.version}/"
    headers = {"Cache-Control": _FOREVER if kept else "private, no-cache"}
    return _sent(wanted.plain, wanted.packed, wanted.media_type, accept_encoding, if_none_match, headers)


def policy(fetched_from: str | None, embedded: bool) -> str:
    """What a browser may do for the page: nothing but with this service, and with the origin of `?url=`."""
    connect = "'self'" if fetched_from is None else f"'self' {fetched_from}"
    return (
        f"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src {connect}; "
        f"frame-ancestors {'*' if embedded else chr(39) + 'none' + chr(39)}; base-uri 'none'; form-action 'none'"
    )


def origin_of(address: str | None) -> str | None:
    """The origin of an address as a policy may have it; None if it has none, or a strange one."""
    if address is None or len(address) > _LONGEST_ADDRESS:
        return None
    try:
        parts = urlsplit(address)
        origin = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}".lower()
    except ValueError:
        return None
    return origin if _ORIGIN.fullmatch(origin) else None


def _frame_headers(embedded: bool) -> dict[str, str]:
    return {"Cross-Origin-Resource-Policy": "cross-origin"} if embedded else {}


def _sent(
    plain: bytes,
    small: bytes | None,
    media_type: str,
    accept_encoding: str | None,
    if_none_match: str | None,
    headers: dict[str, str],
) -> Response:
    headers = headers | {"Vary": "Accept-Encoding"}
    if small is not None and _takes_gzip(accept_encoding or ""):
        return tagged(small, media_type, if_none_match, headers | {"Content-Encoding": "gzip"})
    return tagged(plain, media_type, if_none_match, headers)


def _takes_gzip(accepted: str) -> bool:
    for coding in accepted.lower().split(","):
        name, *parameters = (part.strip() for part in coding.split(";"))
        if name in ("gzip", "*"):
            return not any(re.fullmatch(r"q=0(\.0*)?", parameter) for parameter in parameters)
    return False
