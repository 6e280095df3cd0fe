"""The Python client: a thin layer over the HTTP API that gives plain JSON values and raises problems as exceptions.

Client          one service, by its base URL
ApiProblem      what the service answered instead
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import TracebackType
from typing import Any, cast

import httpx2

_FINAL = frozenset({"ready", "failed", "infeasible", "cancelled"})
_NETWORK_S = 30.0


class ApiProblem(Exception):
    """The service refused: `type` is stable, `errors` lists the single faults of a manifest or layout."""

    def __init__(self, status: int, document: Mapping[str, Any]) -> None:
        self.status = status
        self.document = dict(document)
        self.type = str(document.get("type", "about:blank"))
        self.errors: list[dict[str, Any]] = list(document.get("errors", []))
        super().__init__(str(document.get("detail") or document.get("title") or f"HTTP status {status}"))


class Client:
    """Close it, or use it in a `with` block. Manifests are JSON text, bytes, or values. `key`: an API key, where the
    service wants one."""

    def __init__(self, base_url: str, *, key: str | None = None) -> None:
        shown = {} if key is None else {"Authorization": f"Bearer {key}"}
        self._http = httpx2.Client(base_url=base_url, headers=shown, timeout=_NETWORK_S, trust_env=False)

    def __enter__(self) -> Client:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._http.close()

    def submit(
        self, manifest: Mapping[str, Any] | str | bytes, wait_s: int = 0, *, idempotency_key: str | None = None
    ) -> dict[str, Any]:
        """Ask for a layout and wait up to `wait_s` seconds (the service grants 60 at most) for its end. The job."""
        headers = _prefer(wait_s) | ({"Idempotency-Key": idempotency_key} if idempotency_key else {})
        return self._call("POST", "/v1/layouts", manifest, headers, wait_s)

    def get(self, job_id: str, wait_s: int = 0) -> dict[str, Any]:
        """The job; its `layout` is there once its `state` is `ready`."""
        return self._call("GET", f"/v1/layouts/{job_id}", None, _prefer(wait_s), wait_s)

    def follow(self, job: Mapping[str, Any], wait_s: int = 10) -> Iterator[dict[str, Any]]:
        """The job each time that its state has changed, until it is finished; asks again at least every `wait_s`."""
        seen = dict(job)
        yield seen
        while seen["state"] not in _FINAL:
            found = self.get(seen["id"], wait_s)
            if found["state"] != seen["state"]:
                yield found
            seen = found

    def list(self, *, limit: int = 50, cursor: str | None = None, state: str | None = None) -> dict[str, Any]:
        """A page of jobs, newest first, and the cursor of the next page."""
        given = {"limit": limit, "cursor": cursor, "state": state}
        query = httpx2.QueryParams({key: value for key, value in given.items() if value is not None})
        return self._call("GET", f"/v1/layouts?{query}")

    def cancel(self, job_id: str) -> dict[str, Any]:
        """End a job; `best_so_far` is the best layout it had, if any, which no validator has seen."""
        return self._call("DELETE", f"/v1/layouts/{job_id}")

    def artefact(self, job_id: str, name: str) -> str:
        """The text of `manifest`, or of an allocator file that the job's `links` name."""
        return self._send("GET", f"/v1/layouts/{job_id}/{name}").text

    def check(self, manifest: Mapping[str, Any] | str | bytes) -> dict[str, Any]:
        """Warnings and lower bounds of a manifest; raises `ApiProblem` with every error of a bad one."""
        return self._call("POST", "/v1/manifests:check", manifest)

    def verify(self, manifest: Mapping[str, Any], layout: Mapping[str, Any]) -> dict[str, Any]:
        """The static report on a layout."""
        return self._call("POST", "/v1/layouts:verify", {"manifest": manifest, "layout": layout})

    def devices(self) -> dict[str, Any]:
        """Architectures known and workers alive."""
        return self._call("GET", "/v1/devices")

    def _call(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | str | bytes | None = None,
        headers: Mapping[str, str] | None = None,
        wait_s: int = 0,
    ) -> dict[str, Any]:
        return cast(dict[str, Any], self._send(method, path, body, headers, wait_s).json())

    def _send(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | str | bytes | None = None,
        headers: Mapping[str, str] | None = None,
        wait_s: int = 0,
    ) -> httpx2.Response:
        sent = {"content": body} if isinstance(body, (str, bytes)) else {"json": body} if body is not None else {}
        fields = dict(headers or {}) | ({} if body is None else {"Content-Type": "application/json"})
        answer = self._http.request(method, path, headers=fields, timeout=_NETWORK_S + wait_s, **cast(Any, sent))
        if answer.is_error:
            problem = "json" in answer.headers.get("content-type", "")
            raise ApiProblem(answer.status_code, answer.json() if problem else {"detail": answer.text})
        return answer


def _prefer(wait_s: int) -> dict[str, str]:
    return {"Prefer": f"wait={wait_s}"} if wait_s else {}
