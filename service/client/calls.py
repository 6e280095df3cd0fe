"""The calls of the API, as generators (see `attempts`). Calls that give many values are in `following`."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from typing import Any, Literal
from urllib.parse import quote, urlencode

from warpack.service.client.attempts import Answer, Attempts, Request, Steps
from warpack.service.client.documents import Document, as_bytes, as_values
from warpack.service.client.problems import ApiProblem, problem_of
from warpack.service.client.values import BatchEntry, Job, Page

Priority = Literal["low", "normal", "high"]
TextFormat = Literal["auto", "json", "yaml", "toml", "csv", "triton"]
_MOST_WAIT_S = 60
"""The longest that one call may wait. `solve` asks again after that."""


class Calls(Attempts):
    """Each call raises ApiProblem if the service refuses it."""

    def submit(self, manifest: Document, wait_s: int = 0, *, idempotency_key: str | None = None) -> Steps[Job]:
        """Asks for a layout, and waits up to `wait_s` seconds (60 at most) for the job's end. Returns the job.

        Each call makes one job, however often it is tried. The same `idempotency_key` again gets the same job.
        """
        headers = {"Idempotency-Key": idempotency_key or _new_key()}
        answer = yield from self._call("POST", "/v1/layouts", as_bytes(manifest), headers, wait_s)
        return Job(answer.json())

    def get(self, job_id: str, wait_s: int = 0) -> Steps[Job]:
        """The job. It has its `layout` once its `state` is `ready`."""
        answer = yield from self._call("GET", _path(job_id), None, {}, wait_s)
        return Job(answer.json())

    def wait(self, job: Mapping[str, Any]) -> Steps[Job]:
        """Waits for the job's end, however long that takes, and returns the job."""
        found = Job(job)
        while not found.finished:
            found = yield from self.get(found.id, _MOST_WAIT_S)
        return found

    def solve(self, manifest: Document, *, idempotency_key: str | None = None) -> Steps[Job]:
        """Does `submit` and `wait`, and returns the finished job. Raises its `problem` if it failed."""
        job = yield from self.submit(manifest, _MOST_WAIT_S, idempotency_key=idempotency_key)
        found = yield from self.wait(job)
        if found.problem is not None:
            raise found.problem
        return found

    def batch(
        self,
        manifests: Iterable[Document],
        *,
        priority: Priority | None = None,
        idempotency_key: str | None = None,
    ) -> Steps[tuple[BatchEntry, ...]]:
        """Asks for up to 1,000 layouts at once. Returns an entry for each manifest, in the same order: a job or a
        problem."""
        if isinstance(manifests, str | bytes | Mapping):
            raise TypeError("batch takes several manifests, such as a list of them; `submit` takes one")
        document: dict[str, Any] = {"manifests": [as_values(each) for each in manifests]}
        if priority is not None:
            document["priority"] = priority
        headers = {"Idempotency-Key": idempotency_key or _new_key()}
        answer = yield from self._call("POST", "/v1/layouts:batch", as_bytes(document), headers, _MOST_WAIT_S)
        return tuple(map(_entry, answer.json()["layouts"]))

    def list(
        self,
        *,
        limit: int = 50,
        cursor: str | None = None,
        state: str | Iterable[str] | None = None,
        name: str | None = None,
        manifest_sha256: str | None = None,
    ) -> Steps[Page]:
        """A page of jobs, newest first, and the cursor of the next page."""
        states = [state] if isinstance(state, str) else list(state or ())
        given = {"limit": limit, "cursor": cursor, "state": states, "name": name, "manifest_sha256": manifest_sha256}
        query = urlencode({key: value for key, value in given.items() if value is not None}, doseq=True)
        answer = yield from self._call("GET", f"/v1/layouts?{query}")
        return Page(answer.json())

    def cancel(self, job_id: str) -> Steps[Job]:
        """Cancels a job. Its `best_so_far` is the best layout that it had, if any; no validator has checked it. Raises
        AlreadyFinished if the job has ended."""
        answer = yield from self._call("DELETE", _path(job_id))
        return Job(answer.json())

    def artefact(self, job_id: str, name: str) -> Steps[str]:
        """The text of `manifest`, or of a file that is named in the job's `links`."""
        answer = yield from self._call("GET", f"{_path(job_id)}/{quote(name)}")
        return answer.body.decode()

    def bundle(self, job_id: str) -> Steps[bytes]:
        """All files of a ready job, as a ZIP archive."""
        answer = yield from self._call("GET", f"{_path(job_id)}/bundle.zip")
        return answer.body

    def check(self, manifest: Document) -> Steps[dict[str, Any]]:
        """The warnings and lower bounds of a manifest. Raises `BadManifest` with every error of a bad one."""
        answer = yield from self._call("POST", "/v1/manifests:check", as_bytes(manifest))
        return dict(answer.json())

    def read(
        self,
        text: str,
        format: TextFormat = "auto",
        *,
        name: str = "",
        kernel: str | None = None,
        check: bool = False,
    ) -> Steps[dict[str, Any]]:
        """The manifest in a text: JSON, YAML, TOML, a table of buffers (CSV) or a dump of Triton's compiler, with its
        `format`, `notes` and `warnings`; with `check`, also what `check` gives. Raises `BadManifest` with every error,
        each with its line."""
        document: dict[str, Any] = {"text": text, "format": format, "name": name, "check": check}
        if kernel is not None:
            document["kernel"] = kernel
        answer = yield from self._call("POST", "/v1/manifests:read", as_bytes(document))
        return dict(answer.json())

    def caller(self) -> Steps[dict[str, Any]]:
        """What the key may do: `key_id` (None without a key), `scopes` and `priority`."""
        answer = yield from self._call("GET", "/v1/caller")
        return dict(answer.json())

    def verify(self, manifest: Document, layout: Document) -> Steps[dict[str, Any]]:
        """The static report on a layout."""
        both = {"manifest": as_values(manifest), "layout": as_values(layout)}
        answer = yield from self._call("POST", "/v1/layouts:verify", as_bytes(both))
        return dict(answer.json())

    def devices(self) -> Steps[dict[str, Any]]:
        """The known architectures and the live workers."""
        answer = yield from self._call("GET", "/v1/devices")
        return dict(answer.json())

    def _call(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        wait_s: int = 0,
    ) -> Steps[Answer]:
        fields = dict(headers or {})
        if body is not None:
            fields["Content-Type"] = "application/json"
        if wait_s and not path.endswith(":batch"):
            fields["Prefer"] = f"wait={wait_s}"
        return self.send(Request(method, path, body, fields, wait_s))


def _path(job_id: str) -> str:
    return f"/v1/layouts/{quote(job_id, safe='')}"


def _new_key() -> str:
    return f"client-{secrets.token_hex(16)}"


def _entry(told: Mapping[str, Any]) -> BatchEntry:
    if "job" in told:
        return BatchEntry(Job(told["job"]), None)
    problem: ApiProblem = problem_of(int(told["status"]), told["problem"])
    return BatchEntry(None, problem)
