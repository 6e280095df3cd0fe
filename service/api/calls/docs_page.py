"""`/docs`: the API with examples to try, by Swagger UI. This service serves every file of the page. So the page works
offline, and no other site's script runs on a page that may call the API. The files come from the package
fastapi-offline."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from fastapi import APIRouter, Response
from fastapi.responses import HTMLResponse

router = APIRouter(include_in_schema=False)

_FILES = {"swagger-ui-bundle.js": "text/javascript", "swagger-ui.css": "text/css"}

_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Warpack: the HTTP API</title>
<link rel="stylesheet" href="docs/swagger-ui.css">
</head>
<body>
<div id="page"></div>
<noscript>This page needs JavaScript. The API's description is <a href="openapi.json">openapi.json</a>.</noscript>
<script src="docs/swagger-ui-bundle.js"></script>
<script src="docs/start.js"></script>
</body>
</html>
"""

_START = 'SwaggerUIBundle({url: "openapi.json", dom_id: "#page", deepLinking: true, validatorUrl: null});\n'

_POLICY = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
}


@router.get("/docs")
async def page() -> HTMLResponse:
    return HTMLResponse(_PAGE, headers=_POLICY)


@router.get("/docs/start.js")
async def start() -> Response:
    return Response(_START, media_type="text/javascript")


def _serve(name: str, media_type: str) -> None:
    @router.get(f"/docs/{name}", name=name)
    async def get_file() -> Response:
        return Response(_content(name), media_type=media_type, headers={"Cache-Control": "private, max-age=86400"})


for _name, _media_type in _FILES.items():
    _serve(_name, _media_type)


@cache
def _content(name: str) -> bytes:
    return files("fastapi_offline").joinpath("static", name).read_bytes()
